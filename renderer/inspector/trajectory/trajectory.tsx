import { type ReactNode, useMemo, useRef, useState } from 'react';
import { modelsOfRun } from '../../../main/contract/lane-models';
import { formatNumber } from '../../design/format';
import { Panel, type PanelState } from '../../design/panel';
import { Select } from '../../design/select';
import { percent } from '../format';
import type { BranchReference, InspectorProps } from '../inspector-props';
import { laneEntries } from '../shared/lane-entries';
import { usePanelFiles } from '../shared/use-panel-files';
import { useSize } from '../shared/use-size';
import { TrajectoryPlot } from './trajectory-plot';
import { trajectoryTable } from './trajectory-table';
import styles from './trajectory.module.css';
import { useTrajectory } from './use-trajectory';

/** What one request may name. */
const maximumBranches = 512;

export interface TrajectoryPanelProps extends InspectorProps {
  readonly controls?: ReactNode;
}

function Toggle({
  label,
  note,
  value,
  onChange,
}: {
  readonly label: string;
  readonly note: string;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}) {
  return (
    <label className={styles['toggle']} title={note}>
      <input
        type="checkbox"
        checked={value}
        onChange={(event) => {
          onChange(event.target.checked);
        }}
      />
      {label}
    </label>
  );
}

const streamTitle = (stream: number): string => (stream === 0 ? 'embeddings' : `layer ${stream}`);

/** Where the lanes' hidden states go, all in one basis. */
export function TrajectoryPanel({ runs, stepUnderCursor, moveCursor, loadTrajectory, controls }: TrajectoryPanelProps) {
  const [chosenStream, setStream] = useState<string | null>(null);
  const [branchesChosen, setEveryBranch] = useState<boolean | null>(null);
  const [unit, setUnit] = useState(true);
  const [shuffled, setShuffled] = useState(false);
  const content = useRef<HTMLDivElement>(null);
  const size = useSize(content);
  const [chosenModel, setModel] = useState<string | null>(null);
  const all = useMemo(() => laneEntries(runs), [runs]);
  // Hidden states of two models have no basis in common.
  const models = new Map(all.map(({ lane }) => [lane.modelInfo.model.weightsHash, lane.modelInfo.model.name]));
  const model = chosenModel !== null && models.has(chosenModel) ? chosenModel : all[0]?.lane.modelInfo.model.weightsHash;
  const entries = useMemo(() => all.filter(({ lane }) => lane.modelInfo.model.weightsHash === model), [all, model]);
  // Branches of free text go everywhere: drawn together they are a thicket, so that is for the user to ask for.
  const everyBranch = branchesChosen ?? runs.every((run) => modelsOfRun(run.info).every(({ model }) => model.task !== 'text'));
  const streams = Math.min(...entries.map(({ lane }) => lane.modelInfo.layout.streams));
  const stream = Math.min(Number(chosenStream ?? streams - 1), streams - 1);
  const running = runs.some((run) => run.outcome === null);
  const branches = useMemo((): readonly BranchReference[] | null => {
    if (running) return null;
    const found = entries.flatMap((entry) =>
      entry.lane.branches
        .filter((branch) => branch.steps.length > 0 && (everyBranch || branch.branch === entry.lane.shown))
        .map((branch) => ({ run: entry.run.id, lane: entry.lane.lane, branch: branch.branch, shown: branch.branch === entry.lane.shown })),
    );
    if (found.length === 0) return null;
    return found
      .toSorted((a, b) => Number(b.shown) - Number(a.shown))
      .slice(0, maximumBranches)
      .map(({ run, lane, branch }) => ({ run, lane, branch }))
      .toSorted((a, b) => (a.run === b.run ? a.lane - b.lane || a.branch - b.branch : a.run < b.run ? -1 : 1));
  }, [entries, everyBranch, running]);
  const revision = entries
    .map((entry) => `${entry.key}:${entry.lane.branches.reduce((sum, branch) => sum + branch.steps.length, 0)}`)
    .join(' ');
  const loaded = useTrajectory(loadTrajectory, branches, { stream, scale: unit ? 'unit' : 'raw' }, revision);
  const trajectory = loaded.kind === 'done' ? loaded.trajectory : null;
  const steps = useMemo(
    () => new Map(entries.map((entry) => [entry.key, stepUnderCursor(entry.run, entry.lane)])),
    [entries, stepUnderCursor],
  );
  const table = useMemo(
    () => () => (trajectory === null ? { columns: [], rows: [] } : trajectoryTable(trajectory, entries)),
    [trajectory, entries],
  );
  const [first, second] = trajectory?.explained ?? [];
  const explained = `PC1 ${percent(first)} · PC2 ${percent(second)} · residual ${formatNumber(trajectory?.residual ?? NaN)}`;
  const pictureTitle = `Trajectory after ${streamTitle(stream)}${unit ? ', unit norm' : ''}: ${explained}`;
  const files = usePanelFiles('trajectory', pictureTitle, content, table);

  let state: PanelState = { kind: 'done' };
  if (runs.length === 0) state = { kind: 'empty', hint: 'Run a prompt to see where each lane’s hidden states go.' };
  else if (running) state = { kind: 'empty', hint: 'The basis is computed over all lanes when the run ends.' };
  else if (branches === null) state = { kind: 'empty', hint: 'No lane has a step to draw.' };
  else if (loaded.kind === 'failed') state = { kind: 'failed', message: loaded.error.message, hint: loaded.error.hint };
  else if (loaded.kind === 'loading') state = { kind: 'running' };

  return (
    <Panel
      title="Trajectory"
      state={state}
      controls={controls}
      {...(trajectory === null ? {} : { files })}
      meta={
        trajectory !== null && (
          <span
            className={styles['facts']}
            title={`Share of the variance of ${trajectory.vectors} hidden states along the first and second principal component, and the root mean square error of the two together over the root mean square deviation from the mean`}
          >
            {explained}
          </span>
        )
      }
    >
      <div className={styles['frame']}>
        <div className={styles['tools']}>
          {models.size > 1 && (
            <Select
              label="Model"
              value={model ?? ''}
              items={[...models].map(([value, label]) => ({ value, label, note: 'Lanes on it: models have no basis in common' }))}
              onChange={setModel}
            />
          )}
          <Select
            label="After"
            value={String(stream)}
            items={Array.from({ length: Number.isFinite(streams) ? streams : 0 }, (_, i) => ({ value: String(i), label: streamTitle(i) }))}
            onChange={setStream}
          />
          <Toggle
            label="All branches"
            note="Draws the branches not shown too, and counts them in the basis"
            value={everyBranch}
            onChange={setEveryBranch}
          />
          <Toggle
            label="Unit norm"
            note="Each vector over its root mean square, as the final norm sees it; without it a few large norms rule the picture"
            value={unit}
            onChange={setUnit}
          />
          <Toggle
            label="Shuffled control"
            note="The same vectors with their coordinates shuffled, in the same basis: structure that stays is not the model’s"
            value={shuffled}
            onChange={setShuffled}
          />
        </div>
        <div ref={content} className={styles['plot']}>
          {trajectory !== null && size.width > 0 && (
            <TrajectoryPlot
              trajectory={trajectory}
              entries={entries}
              size={size}
              shuffled={shuffled}
              steps={steps}
              moveCursor={moveCursor}
            />
          )}
          {loaded.kind === 'loading' && <p className={styles['waiting']}>Computing the basis…</p>}
        </div>
      </div>
    </Panel>
  );
}
