import { ArrowDown, ArrowUp } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Pick } from '../../../main/contract/lanes';
import { classNames } from '../../design/class-names';
import { formatNumber } from '../../design/format';
import { pickNames } from '../../design/lane-style';
import { percent } from '../format';
import type { LaneEntry } from '../shared/lane-entries';
import { type BranchSort, branchTableRows, sortBranches } from './branch-table-rows';
import styles from './branches.module.css';

export interface BranchTableProps {
  readonly entry: LaneEntry;
  readonly onSelect: (branch: number) => void;
}

const columns: readonly { readonly by: BranchSort['by']; readonly title: string; readonly note: string }[] = [
  { by: 'branch', title: 'Branch', note: 'Order in which the branches were started' },
  { by: 'answer', title: 'Answer', note: 'The answer the branch gave' },
  { by: 'meanLogProbability', title: 'Mean log-prob', note: 'Mean log-probability of the sampled tokens, in nats' },
  { by: 'selfCertainty', title: 'Self-certainty', note: 'Mean divergence from the uniform distribution, in nats' },
  { by: 'votes', title: 'Votes', note: 'Share of the branches with the same answer' },
  { by: 'steps', title: 'Steps', note: 'Positions produced' },
];
const verdictMark = { right: '✓', wrong: '✗', none: '' } as const;

const shortPick = (pick: Pick): string => pickNames[pick];

/** Every branch with its scores; sortable, and a click shows the branch. */
export function BranchTable({ entry, onSelect }: BranchTableProps) {
  const [sort, setSort] = useState<BranchSort>({ by: 'branch', descending: false });
  const { lane } = entry;
  const rows = useMemo(() => sortBranches(branchTableRows(lane), sort), [lane, sort]);
  return (
    <table className={styles['table']}>
      <thead>
        <tr>
          {columns.map(({ by, title, note }) => (
            <th key={by} scope="col" aria-sort={sort.by === by ? (sort.descending ? 'descending' : 'ascending') : 'none'}>
              <button
                type="button"
                title={note}
                onClick={() => {
                  setSort({ by, descending: sort.by === by ? !sort.descending : by !== 'branch' && by !== 'answer' });
                }}
              >
                {title}
                {sort.by === by &&
                  (sort.descending ? <ArrowDown size={11} aria-hidden="true" /> : <ArrowUp size={11} aria-hidden="true" />)}
              </button>
            </th>
          ))}
          <th scope="col">Picked by</th>
          <th scope="col">Text</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={row.branch}
            className={classNames(
              row.branch === lane.shown && styles['shown'],
              (row.state === 'cut' || row.state === 'cancelled') && styles['dimmed'],
            )}
            onClick={() => {
              onSelect(row.branch);
            }}
          >
            <th scope="row">
              <button type="button" aria-pressed={row.branch === lane.shown} aria-label={`Show branch ${row.branch + 1}`}>
                {row.branch + 1}
              </button>
            </th>
            <td className={styles[row.verdict]}>
              {row.answer ?? (row.state === 'running' ? '…' : row.state)} {verdictMark[row.verdict]}
            </td>
            <td>{formatNumber(row.meanLogProbability ?? NaN, 3)}</td>
            <td>{formatNumber(row.selfCertainty ?? NaN, 3)}</td>
            <td>{percent(row.votes)}</td>
            <td>{row.steps}</td>
            <td className={styles['words']}>{row.picks.map(shortPick).join(', ')}</td>
            <td className={styles['path']} title={row.text}>
              {row.text}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
