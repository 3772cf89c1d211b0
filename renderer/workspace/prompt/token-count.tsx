import { ChevronDown } from 'lucide-react';
import { formatWhole } from '../../../main/contract/format-whole';
import { formatCount } from '../../design/format';
import styles from './prompt-editor.module.css';
import type { ModelReading } from './use-readings';

export interface TokenCountProps {
  readonly models: readonly ModelReading[];
  /** Id of the view it opens. */
  readonly controls: string;
  readonly open: boolean;
  readonly onToggle: () => void;
}

/** "small-letters-llama: 19 tokens of 512" */
function sentence({ name, check, limit }: ModelReading): string {
  const count = check === null ? 'not counted' : formatCount(check.tokens.length, 'token');
  return `${name}: ${count}${limit === null ? '' : ` of ${formatWhole(limit)}`}`;
}

/** How many tokens the prompt is for each model, and the way to see them. */
export function TokenCount({ models, controls, open, onToggle }: TokenCountProps) {
  const [own] = models;
  const several = models.length > 1;
  const counts = models.map(({ check }) => (check === null ? '–' : formatWhole(check.tokens.length)));
  return (
    <button
      type="button"
      className={styles['count']}
      aria-expanded={open}
      aria-controls={open ? controls : undefined}
      title={several ? `What each model reads, token by token: ${models.map(sentence).join('; ')}` : 'What the model reads, token by token'}
      onClick={onToggle}
    >
      {several && `${counts.join(' · ')} tokens`}
      {!several && (own?.check == null ? 'Tokens' : formatCount(own.check.tokens.length, 'token'))}
      {!several && own?.check != null && own.limit !== null && <span className={styles['limit']}> of {formatWhole(own.limit)}</span>}
      <ChevronDown size={12} aria-hidden="true" className={styles['chevron']} />
    </button>
  );
}
