import { useMemo } from 'react';
import { classNames } from '../../design/class-names';
import type { LaneEntry } from '../shared/lane-entries';
import type { Size } from '../shared/use-size';
import { allCut, endLabel, representative } from './branch-groups';
import { trieBranches } from './branch-steps';
import { branchTrie } from './branch-trie';
import styles from './branches.module.css';
import { answerWidth, treeLayout } from './tree-layout';

export interface BranchTreeProps {
  readonly entry: LaneEntry;
  /** Pixels there are. */
  readonly room: Size;
  /** Step under the cursor of the shown branch, or null. */
  readonly step: number | null;
  readonly onSelect: (branch: number) => void;
}

const verdictMark = { right: ' ✓', wrong: ' ✗', none: '' } as const;

/** Branches merged by common prefix. The path of the branch shown is bold, what was cut is dimmed, its links dotted. */
export function BranchTree({ entry, room, step, onSelect }: BranchTreeProps) {
  const { lane } = entry;
  const { vocabulary, model } = entry.lane.modelInfo;
  const subWords = model.task === 'text';
  const trie = useMemo(() => branchTrie(trieBranches(lane, vocabulary, subWords)), [lane, vocabulary, subWords]);
  const layout = useMemo(() => treeLayout(trie, room, subWords), [trie, room, subWords]);
  const select = (branches: readonly number[]) => (): void => {
    const branch = representative(lane, branches);
    if (branch !== null) onSelect(branch);
  };
  const ordered = layout.links.toSorted((a, b) => Number(a.branches.includes(lane.shown)) - Number(b.branches.includes(lane.shown)));
  return (
    <div
      className={styles['tree']}
      style={{ height: layout.height, width: layout.answers + answerWidth }}
      role="group"
      aria-label={`Branches of ${entry.title}`}
    >
      <svg width={layout.answers} height={layout.height} aria-hidden="true" focusable="false">
        {ordered.map((link) => {
          const on = link.branches.includes(lane.shown);
          const cut = allCut(lane, link.branches);
          return (
            <path
              key={link.key}
              d={link.path}
              fill="none"
              stroke={entry.style.hue}
              strokeOpacity={on ? 1 : cut ? 0.45 : 0.55}
              strokeWidth={on ? 2.6 : 0.8 + Math.min(1.2, (1.6 * link.branches.length) / Math.max(1, lane.branches.length))}
              strokeDasharray={cut ? '2 3' : undefined}
            />
          );
        })}
        {layout.nodes.map(
          (place) =>
            place.text === '' &&
            place.node.children.length > 0 && <circle key={place.key} cx={place.x} cy={place.y} r={3.5} fill={entry.style.hue} />,
        )}
      </svg>
      {layout.nodes.map((place) => {
        const on = place.node.branches.includes(lane.shown);
        const here = on && step !== null && step >= place.node.start && step < place.node.start + place.node.steps.length;
        if (place.text === '') return null;
        return (
          <button
            key={place.key}
            type="button"
            className={classNames(
              styles['node'],
              on && styles['on'],
              allCut(lane, place.node.branches) && styles['cut'],
              here && styles['here'],
            )}
            style={{ left: place.x, top: place.y, width: place.width }}
            title={
              place.node.steps.length > 5
                ? place.node.steps
                    .slice(0, 60)
                    .map((one) => one.text)
                    .join(subWords ? '' : ' ')
                : undefined
            }
            aria-label={`${place.text}, ${place.node.branches.length} of ${lane.branches.length} branches`}
            aria-pressed={on}
            onClick={select(place.node.branches)}
          >
            {place.text}
          </button>
        );
      })}
      {layout.nodes.map((place) => {
        if (place.node.ends.length === 0) return null;
        const end = endLabel(lane, place.node.ends, subWords);
        const on = place.node.ends.includes(lane.shown);
        return (
          <button
            key={`${place.key} answer`}
            type="button"
            className={classNames(styles['node'], styles['answer'], on && styles['on'], end.cut && styles['cut'], styles[end.verdict])}
            style={{ left: layout.answers, top: place.y }}
            aria-label={`Answer ${end.text}${end.verdict === 'none' ? '' : `, ${end.verdict}`}${on ? ', shown' : ''}`}
            onClick={select(place.node.ends)}
          >
            {end.text}
            {verdictMark[end.verdict]}
          </button>
        );
      })}
    </div>
  );
}
