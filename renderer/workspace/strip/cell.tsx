import { classNames } from '../../design/class-names';
import { surprisalStop, surprisalStops } from '../../design/surprisal-scale';
import { TokenText } from '../../design/token-text';
import type { CellContent } from './cell-content';
import styles from './cell.module.css';

export interface CellProps {
  readonly id: string;
  readonly step: number;
  readonly count: number;
  readonly content: CellContent;
  /** Pixels, as the lines were packed; null where the text says. */
  readonly width: number | null;
  readonly current: boolean;
  readonly pinned: boolean;
  /** The first of a line that was broken at its space: the space is not printed. */
  readonly broken: boolean;
}

const shades = Array.from({ length: surprisalStops }, (_, stop) => styles[`bits${stop}`]);

/** The background, by a class: a style of its own would have to be worked out for every cell. */
function shadeOf({ bits }: CellContent): string | undefined {
  const stop = surprisalStop(bits);
  return stop === null ? undefined : shades[stop];
}

/**
 * One step: what was emitted, its gloss and its bits. Few and plain elements, with a width that is known: hundreds of them take other
 * texts in every frame of a fast scroll.
 */
export function Cell({ id, step, count, content, width, current, pinned }: CellProps) {
  return (
    <div
      // Only the cursor's step is ever asked for by name.
      id={current ? id : undefined}
      role="option"
      aria-selected={current}
      aria-setsize={count}
      aria-posinset={step + 1}
      aria-label={content.label}
      data-step={step}
      className={classNames(
        styles['cell'],
        content.dense && styles['dense'],
        content.special && styles['special'],
        content.forced && styles['forced'],
        current && styles['current'],
        current && pinned && styles['pinned'],
        shadeOf(content),
      )}
      style={width === null ? undefined : { width }}
    >
      <span className={styles['emitted']}>
        {content.thought ? <span className={styles['diamond']} /> : <TokenText text={content.text} />}
      </span>
      <span className={styles['gloss']}>{content.gloss.map((part) => `${part.text} ${part.probability}`.trimStart()).join(' ')}</span>
      {!content.dense && <span className={styles['cost']}>{content.cost}</span>}
    </div>
  );
}

/** What the reading view prints: pieces of words as they are, with only the ends of lines marked. */
function Reading({ content, broken }: Pick<CellProps, 'content' | 'broken'>) {
  if (content.thought) return <span className={styles['diamond']} />;
  if (!content.dense) return content.emitted;
  const text = broken && content.text.trim() !== '' ? content.text.replace(/^ /, '') : content.text;
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll('\r', '␍');
}

/** One step in the reading view. */
export function Word({ id, step, count, content, current, pinned, broken }: CellProps) {
  return (
    <span
      id={current ? id : undefined}
      role="option"
      aria-selected={current}
      aria-setsize={count}
      aria-posinset={step + 1}
      aria-label={content.label}
      data-step={step}
      className={classNames(
        styles['word'],
        content.dense && styles['piece'],
        content.special && styles['special'],
        content.forced && styles['forced'],
        current && styles['current'],
        current && pinned && styles['pinned'],
        shadeOf(content),
      )}
    >
      <Reading content={content} broken={broken} />
    </span>
  );
}
