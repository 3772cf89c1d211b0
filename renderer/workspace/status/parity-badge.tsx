import { Check, X } from 'lucide-react';
import type { ParityCheck } from '../../../main/contract/run';
import { Popover } from '../../design/popover';
import styles from './parity-badge.module.css';

const names = {
  lastLayerLensEqualsLogits: 'Last-layer lens equals logits',
  cachedEqualsUncached: 'Cached equals uncached',
  equalsReference: 'Equals the reference',
  exactlyEqualsReference: 'Equals the reference exactly',
} as const satisfies Record<ParityCheck['name'], string>;

/** What was checked about the numbers on screen, and how far apart they were. */
export function ParityBadge({
  checks,
  nameOf,
}: {
  readonly checks: readonly ParityCheck[];
  /** A model by its id: checks name theirs where a run has several. */
  readonly nameOf: (model: string) => string;
}) {
  if (checks.length === 0) return <span className={styles['none']}>parity not checked yet</span>;
  const passed = checks.filter((check) => check.passed).length;
  const good = passed === checks.length;
  return (
    <Popover
      title="Parity checks"
      align="end"
      side="top"
      trigger={
        <button type="button" className={styles['badge']} data-good={good}>
          {good ? <Check size={13} strokeWidth={2.6} aria-hidden="true" /> : <X size={13} strokeWidth={2.6} aria-hidden="true" />}
          parity {good ? 'passed' : 'failed'} · {passed} of {checks.length}
        </button>
      }
    >
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Result</th>
            <th scope="col">Largest difference</th>
            <th scope="col">Limit</th>
            <th scope="col">Over</th>
          </tr>
        </thead>
        <tbody>
          {checks.map((check, place) => (
            <tr key={`${check.name}-${place}`}>
              <th scope="row">
                {names[check.name]}
                {check.model !== undefined && `, ${nameOf(check.model)}`}
              </th>
              <td data-good={check.passed}>{check.passed ? '✓ passed' : '✗ failed'}</td>
              <td className="data">{check.maximumDifference.toExponential(1)}</td>
              <td className="data">{check.tolerance.toExponential()}</td>
              <td className={styles['compared']}>{check.compared}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!checks.some(({ name }) => name === 'equalsReference') && (
        <p className={styles['missing']}>
          Not compared with a reference: the model has none, or the run is from before there were any. A model added again gets one.
        </p>
      )}
      {!good && (
        <p className={styles['advice']}>A check failed: do not trust the gloss and the readings of this run. Report it with the trace.</p>
      )}
    </Popover>
  );
}
