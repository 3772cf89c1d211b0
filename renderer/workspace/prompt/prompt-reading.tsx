import { useState } from 'react';
import type { PromptCheck, PromptToken } from '../../../main/contract/model';
import { formatCount } from '../../design/format';
import { Segmented } from '../../design/segmented';
import { isSpecialToken } from '../../design/token-pieces';
import { TokenText } from '../../design/token-text';
import { Select } from '../../design/select';
import { ownRanges, type ReadPart, readParts } from './own-parts';
import styles from './prompt-reading.module.css';
import type { ModelReading } from './use-readings';

/** Tokens drawn of a long prompt: its beginning, and its end, where the model goes on. */
const tokensShown = { first: 400, last: 200 } as const;

const controls = /(<\|[^\s|]+\|>|<\/?[a-z_]+>|\[\/?[A-Z]+\])/;

/** The text the model reads: what was written stands out from the template around it, control tokens from both. */
function RenderedText({ parts }: { readonly parts: readonly ReadPart[] }) {
  return (
    <p className={styles['text']}>
      {parts.map(({ text, own }, place) => (
        <span key={place} className={own ? undefined : styles['template']}>
          {text.split(controls).map((piece, at) =>
            isSpecialToken(piece) ? (
              <span key={at} className={styles['control']}>
                {piece}
              </span>
            ) : (
              piece
            ),
          )}
        </span>
      ))}
    </p>
  );
}

interface TokenListProps extends Pick<PromptCheck, 'tokens'> {
  /** Whether the user wrote it; the rest is the template's. */
  readonly isOwn: (token: PromptToken) => boolean;
}

function TokenList({ tokens, isOwn }: TokenListProps) {
  const cut = tokens.length > tokensShown.first + tokensShown.last;
  const hidden = tokens.length - tokensShown.first - tokensShown.last;
  const shown = tokens.map((token, place) => ({ token, place }));
  const first = cut ? shown.slice(0, tokensShown.first) : shown;
  const last = cut ? shown.slice(-tokensShown.last) : [];
  const chip = ({ token, place }: (typeof shown)[number]) => (
    <li
      key={place}
      className={styles['token']}
      data-special={token.special}
      data-own={isOwn(token)}
      title={`Token ${place + 1}: id ${token.id}${token.special ? ', special' : isOwn(token) ? '' : ', of the template'}`}
    >
      <span className={styles['piece']}>
        <TokenText text={token.text} />
      </span>
      <span className={styles['id']}>{token.id}</span>
    </li>
  );
  return (
    <ol className={styles['tokens']} aria-label="Tokens of the prompt">
      {first.map(chip)}
      {cut && <li className={styles['hidden']}>… {formatCount(hidden, 'token')} more …</li>}
      {last.map(chip)}
    </ol>
  );
}

export interface PromptReadingProps {
  readonly id: string;
  readonly prompt: string;
  readonly system: string;
  /** At least one. */
  readonly models: readonly ModelReading[];
}

/** What the model reads: the prompt with its template, as text or as tokens with their ids. With several models, of the one chosen here. */
export function PromptReading({ id, prompt, system, models }: PromptReadingProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [view, setView] = useState<'tokens' | 'text'>('tokens');
  const reading = models.find((model) => model.id === chosen) ?? models[0];
  const check = reading?.check ?? null;
  const rendered = check?.rendered ?? null;
  const ranges = rendered === null ? null : ownRanges(rendered, { system, prompt });
  return (
    <section id={id} className={styles['reading']} aria-label="What the model reads">
      <header className={styles['head']}>
        <strong>{models.length > 1 ? 'What is read by' : 'What the model reads'}</strong>
        {models.length > 1 && reading !== undefined && (
          <Select
            label="Model"
            hideLabel
            value={reading.id}
            items={models.map((model) => ({
              value: model.id,
              label: model.name,
              ...(model.check && { note: formatCount(model.check.tokens.length, 'token') }),
            }))}
            onChange={setChosen}
          />
        )}
        <Segmented
          label="Show it as"
          value={view}
          items={[
            { value: 'tokens', label: 'Tokens' },
            { value: 'text', label: 'Text' },
          ]}
          onChange={setView}
        />
        <span className={styles['note']}>
          {reading?.template === true ? 'with the model’s chat template' : 'as it stands, without a template'}
        </span>
      </header>
      <div
        className={styles['body']}
        // It scrolls where there is more than fits, so the keyboard has to reach it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        {check === null && <p className={styles['note']}>Not known yet.</p>}
        {check !== null && view === 'tokens' && (
          <TokenList
            tokens={check.tokens}
            isOwn={(token) => ranges === null || ranges.some(({ start, end }) => token.start < end && token.end > start)}
          />
        )}
        {check !== null && view === 'text' && (
          <RenderedText parts={rendered === null ? [{ text: prompt, own: true }] : readParts(rendered, { system, prompt })} />
        )}
      </div>
    </section>
  );
}
