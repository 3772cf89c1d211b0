import { type ReactNode, useMemo, useRef, useState } from 'react';
import { Panel } from '../../design/panel';
import { Select } from '../../design/select';
import type { InspectorProps } from '../inspector-props';
import { cursorEntry, laneEntries, type LaneEntry } from '../shared/lane-entries';
import { stepPanelState } from '../shared/panel-state';
import { usePanelFiles } from '../shared/use-panel-files';
import { useSize } from '../shared/use-size';
import { BranchTable } from './branch-table';
import { branchCsv } from './branch-table-rows';
import { BranchTree } from './branch-tree';
import styles from './branches.module.css';
import { Picks } from './picks';

const views = ['tree', 'table'] as const;
type View = (typeof views)[number];

export interface BranchesPanelProps extends InspectorProps {
  readonly controls?: ReactNode;
}

/** Room the row of picks takes. */
const headHeight = 64;

/** The lane under the cursor if it has branches to compare, else the first that has. */
function followedLane(entries: readonly LaneEntry[], cursor: InspectorProps['cursor']): LaneEntry | undefined {
  const under = cursorEntry(entries, cursor);
  if (under !== undefined && under.lane.branches.length > 1) return under;
  return (
    entries.find((entry) => entry.row === (under?.row ?? 0) && entry.lane.branches.length > 1) ??
    entries.find((entry) => entry.lane.branches.length > 1) ??
    under
  );
}

/** The branches of a lane: where they part, what each answered, and what each score would have picked. */
export function BranchesPanel({ runs, cursor, stepUnderCursor, onSelectBranch, controls }: BranchesPanelProps) {
  const [choice, setChoice] = useState('cursor');
  const [view, setView] = useState<View>('tree');
  const content = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const size = useSize(frame);
  const room = useMemo(() => ({ width: size.width, height: size.height - headHeight }), [size]);
  const entries = useMemo(() => laneEntries(runs), [runs]);
  const entry = entries.find((candidate) => candidate.key === choice) ?? followedLane(entries, cursor);
  const table = useMemo(() => () => (entry === undefined ? { columns: [], rows: [] } : branchCsv(entry.run.id, entry.lane)), [entry]);
  const files = usePanelFiles('branches', `Branches: ${entry?.title ?? ''}`, content, table);
  const count = entry?.lane.branches.length ?? 0;
  const state = stepPanelState(runs, count > 0, 'Run a prompt with a best-of-N lane to compare its branches.');
  const select = (branch: number): void => {
    if (entry !== undefined) onSelectBranch(entry.run.id, entry.lane.lane, branch);
  };
  return (
    <Panel
      title="Branches"
      state={state}
      files={files}
      controls={
        <>
          {controls}
          <span className={styles['tools']}>
            <Select
              label="Lane"
              hideLabel
              value={entry?.key ?? ''}
              items={entries.map((candidate) => ({
                value: candidate.key,
                label: candidate.title,
                note: `${candidate.lane.branches.length} ${candidate.lane.branches.length === 1 ? 'branch' : 'branches'}`,
              }))}
              onChange={setChoice}
            />
            <Select label="View" hideLabel value={view} items={views.map((value) => ({ value, label: value }))} onChange={setView} />
          </span>
        </>
      }
      meta={count === 1 ? 'one branch' : `${count} branches`}
    >
      <div ref={frame} className={styles['frame']}>
        <div ref={content}>
          {entry !== undefined && <Picks entry={entry} onSelect={select} />}
          {entry !== undefined && view === 'tree' && (
            <BranchTree entry={entry} room={room} step={stepUnderCursor(entry.run, entry.lane)} onSelect={select} />
          )}
          {entry !== undefined && view === 'table' && <BranchTable entry={entry} onSelect={select} />}
        </div>
      </div>
    </Panel>
  );
}
