import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { PromptProblem } from '../../../main/contract/model';
import styles from './prompt-editor.module.css';

const problemsShown = 3;

/** What stops a run or is odd about its prompt, and what to do about it. */
export function PromptProblems({ id, problems }: { readonly id: string; readonly problems: readonly PromptProblem[] }) {
  if (problems.length === 0) return null;
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
    </ul>
  );
}
