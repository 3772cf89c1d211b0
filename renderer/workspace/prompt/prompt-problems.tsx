import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { PromptProblem } from '../../../main/contract/model';
import { formatBytes } from '../../design/format';
import { useRunShortage } from '../../state/run-shortage';
import styles from './prompt-editor.module.css';

const problemsShown = 3;

/** What stops a run or is odd about its prompt, and what to do about it; and that it may need more memory than there is. */
export function PromptProblems({ id, problems }: { readonly id: string; readonly problems: readonly PromptProblem[] }) {
  const shortage = useRunShortage();
  if (problems.length === 0 && shortage === null) return null;
  return (
    <ul id={id} className={styles['problems']} aria-label="Problems of the prompt">
      {problems.slice(0, problemsShown).map((problem) => (
        <li key={`${problem.start}-${problem.message}`} data-severity={problem.severity}>
          {problem.severity === 'error' ? <CircleAlert size={13} aria-label="Error" /> : <TriangleAlert size={13} aria-label="Warning" />}
          <span>
            <b>{problem.message}</b> {problem.hint}
          </span>
        </li>
      ))}
      {problems.length > problemsShown && <li>and {problems.length - problemsShown} more</li>}
      {shortage !== null && (
        <li data-severity="warning">
          <TriangleAlert size={13} aria-label="Warning" />
          <span>
            <b>
              This run may need {formatBytes(shortage.neededBytes)} of memory; {formatBytes(shortage.availableBytes)} of{' '}
              {formatBytes(shortage.totalBytes)} are free.
            </b>{' '}
            A smaller model, or fewer and shorter chains, need less.
          </span>
        </li>
      )}
    </ul>
  );
}
