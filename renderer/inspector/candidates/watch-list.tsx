import { Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import { visibleToken } from '../../design/token-pieces';
import styles from './candidates.module.css';

const suggestions = 24;

export interface WatchListProps {
  readonly tokens: readonly string[];
  readonly vocabulary: readonly string[];
  readonly onChange: (tokens: readonly string[]) => void;
}

/** Tokens whose probability and rank are shown at every step, wherever they stand. */
export function WatchList({ tokens, vocabulary, onChange }: WatchListProps) {
  const [text, setText] = useState('');
  const [unknown, setUnknown] = useState(false);
  const id = useId();
  // A space can be typed as it is printed.
  const typed = text.replaceAll('·', ' ');
  const add = (): void => {
    const found = vocabulary.includes(typed) ? typed : vocabulary.find((token) => token.trim() === typed.trim() && typed.trim() !== '');
    if (found === undefined) {
      setUnknown(text !== '');
      return;
    }
    if (!tokens.includes(found)) onChange([...tokens, found]);
    setText('');
  };
  const matches =
    text === '' ? [] : vocabulary.filter((token) => token.startsWith(typed) || token.startsWith(` ${typed}`)).slice(0, suggestions);
  return (
    <form
      className={styles['watch']}
      data-picture="skip"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <label htmlFor={id}>Watch</label>
      {tokens.map((token) => (
        <span key={token} className={styles['watched']}>
          {visibleToken(token)}
          <button
            type="button"
            aria-label={`Stop watching ${token}`}
            onClick={() => {
              onChange(tokens.filter((other) => other !== token));
            }}
          >
            <X size={11} aria-hidden="true" />
          </button>
        </span>
      ))}
      <span className={styles['watchField']}>
        <input
          id={id}
          list={`${id}-tokens`}
          value={text}
          placeholder="token"
          spellCheck={false}
          autoComplete="off"
          aria-invalid={unknown}
          aria-describedby={unknown ? `${id}-unknown` : undefined}
          onChange={(event) => {
            setText(event.target.value);
            setUnknown(false);
          }}
        />
        <datalist id={`${id}-tokens`}>
          {matches.map((token) => (
            <option key={token} value={visibleToken(token)} />
          ))}
        </datalist>
        <button type="submit" aria-label="Add to the watch list">
          <Plus size={12} aria-hidden="true" />
        </button>
      </span>
      {unknown && (
        <span id={`${id}-unknown`} role="alert" className={styles['unknown']}>
          Not a token of this model
        </span>
      )}
    </form>
  );
}
