import { TokenText } from '../../design/token-text';
import { percent, probability } from '../format';
import styles from './attention.module.css';
import type { Attended } from './attention-row';
import type { SequenceToken } from './sequence-tokens';

export interface LooksListProps {
  /** What the row does: “writes ‘sky’, step 3” or “reads ‘blue’, position 4”. */
  readonly heading: string;
  readonly attended: readonly Attended[];
  /** The row shown is an older one: the exact weights are on their way. */
  readonly stale: boolean;
  readonly tokenAt: (position: number) => SequenceToken;
  readonly hue: string;
  /** The position looked at, marked where it is in the list. */
  readonly column: number | null;
  /** Its weight in words, or empty. */
  readonly cellText: string;
  readonly onColumn: (position: number | null) => void;
}

const placeText = ({ step }: SequenceToken, position: number): string => (step === null ? `${position + 1}` : `step ${step + 1}`);

function restText(attended: readonly Attended[]): string {
  if (attended.length === 0) return '';
  const rest = 1 - attended.reduce((sum, { weight }) => sum + weight, 0);
  return rest > 0.0005 ? `looks here, and ${percent(rest)} elsewhere` : 'looks here';
}

/** Where one position looks: the tokens it attends to most, with their exact weights. */
export function LooksList({ heading, attended, stale, tokenAt, hue, column, cellText, onColumn }: LooksListProps) {
  return (
    <section
      className={styles['looks']}
      aria-label="Where it looks"
      aria-busy={stale}
      data-stale={stale}
      // It scrolls where there is more than fits, so the keyboard has to reach it.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <p className={styles['heading']}>{heading}</p>
      <p className={styles['cell']}>{cellText === '' ? restText(attended) : cellText}</p>
      <ol>
        {attended.map(({ position, weight }) => {
          const token = tokenAt(position);
          return (
            <li
              key={position}
              data-current={position === column}
              onPointerEnter={() => {
                onColumn(position);
              }}
              onPointerLeave={() => {
                onColumn(null);
              }}
            >
              <span className={styles['bar']} style={{ width: `${Math.max(1, weight * 100)}%`, background: hue }} aria-hidden="true" />
              <span className={styles['token']}>{token.kind === 'thought' ? '◆' : <TokenText text={token.text} />}</span>
              <span className={styles['place']} title={token.step === null ? 'position in the prompt' : 'what this step wrote'}>
                {placeText(token, position)}
              </span>
              <span className={styles['weight']}>{probability(weight)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
