import { useMemo, useRef } from 'react';
import { useSize } from '../../inspector/shared/use-size';
import type { LaneView, RunView } from '../../state/run-view';
import { useServices } from '../../state/services';
import { useStepUnderCursor } from '../use-cursor';
import styles from './branch-tree.module.css';
import { endingText, type TreeLeaf, treeLayout, type TreeNode } from './tree-layout';

export interface BranchTreeProps {
  readonly run: RunView;
  readonly lane: LaneView;
  readonly title: string;
}

function curve(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const middle = (from.x + to.x) / 2;
  return `M${from.x} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`;
}

/** To a leaf: bends at once, then straight to the answers, clear of the labels of deeper nodes. */
function reach(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const bend = Math.min(to.x, from.x + leafBend);
  return `${curve(from, { x: bend, y: to.y })}H${to.x}`;
}

/** Pixels in which a line to a leaf leaves its node's height. */
const leafBend = 12;

const verdictMarks = { right: ' ✓', wrong: ' ✗', none: '' } as const;

/** More branches on a line, thicker line: 1.2 px for one of them to 4 px for all. */
function thickness(branches: number, all: number): number {
  return 1.2 + 2.8 * (branches / Math.max(1, all));
}

function leafText(leaf: TreeLeaf): string {
  return `${endingText(leaf)}${verdictMarks[leaf.verdict]}`;
}

/** A lane's branches as a tree of merged beginnings. Choosing a place shows a branch that passes through it. */
export function BranchTree({ run, lane, title }: BranchTreeProps) {
  const { runs, cursor } = useServices();
  const step = useStepUnderCursor(run, lane);
  const frame = useRef<HTMLDivElement>(null);
  const { width } = useSize(frame);
  const layout = useMemo(() => treeLayout(lane, width - 8), [lane, width]);
  const all = lane.branches.length;
  const shows = (branches: readonly number[]): boolean => branches.includes(lane.shown);
  const choose = (branches: readonly number[]): void => {
    const branch = shows(branches) ? lane.shown : branches[0];
    if (branch !== undefined) runs.showBranch(run.id, lane.lane, branch);
  };
  const chooseNode = (node: TreeNode): void => {
    choose(node.branches);
    cursor.move(run.id, lane.lane, node.start);
  };

  return (
    <div ref={frame} className={styles['frame']}>
      {layout !== null && (
        <svg className={styles['tree']} width={layout.width} height={layout.height} role="group" aria-label={`Branches of ${title}`}>
          {layout.nodes.map((node) => (
            <path
              key={node.key}
              d={curve(node.from, { x: node.x - 4, y: node.y })}
              className={shows(node.branches) ? styles['shownLine'] : styles['line']}
              strokeWidth={thickness(node.branches.length, all)}
            />
          ))}
          {layout.leaves.map((leaf) => (
            <path
              key={leaf.key}
              d={reach(leaf.from, { x: layout.answersAt, y: leaf.y })}
              className={shows(leaf.branches) ? styles['shownLine'] : styles['line']}
              strokeWidth={thickness(leaf.branches.length, all)}
            />
          ))}
          <circle cx={layout.root.x} cy={layout.root.y} r={4} className={styles['root']} />
          {layout.nodes.map((node) => {
            const here = step !== null && step >= node.start && step < node.end && shows(node.branches);
            return (
              <g
                key={node.key}
                role="button"
                tabIndex={0}
                aria-label={`${node.text}: ${node.branches.length} of ${all} branches`}
                className={shows(node.branches) ? styles['shownNode'] : styles['node']}
                onClick={() => {
                  chooseNode(node);
                }}
                onKeyDown={(event) => {
                  if (event.key === 'Enter' || event.key === ' ') chooseNode(node);
                }}
              >
                <rect
                  x={node.x - 4}
                  y={node.y - 10}
                  width={node.width + 8}
                  height={20}
                  rx={4}
                  className={here ? styles['cursor'] : styles['hit']}
                />
                <text x={node.x} y={node.y + 4}>
                  {node.text}
                </text>
              </g>
            );
          })}
          {layout.leaves.map((leaf) => (
            <g
              key={leaf.key}
              role="button"
              tabIndex={0}
              aria-label={`${leaf.answer ?? 'No answer'}${leaf.verdict === 'none' ? '' : `, ${leaf.verdict}`}: ${leaf.branches.length} of ${all} branches`}
              aria-pressed={shows(leaf.branches)}
              className={shows(leaf.branches) ? styles['shownNode'] : styles['node']}
              onClick={() => {
                choose(leaf.branches);
              }}
              onKeyDown={(event) => {
                if (event.key === 'Enter' || event.key === ' ') choose(leaf.branches);
              }}
            >
              <rect
                x={layout.answersAt}
                y={leaf.y - 10}
                width={layout.width - layout.answersAt}
                height={20}
                rx={4}
                className={styles['hit']}
              />
              <text x={layout.answersAt + 6} y={leaf.y + 4} data-verdict={leaf.verdict}>
                {leafText(leaf)}
              </text>
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}
