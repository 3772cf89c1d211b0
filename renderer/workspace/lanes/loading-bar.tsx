import { formatBytes } from '../../design/format';
import type { LoadingModels } from '../../state/activity';
import rowBar from './row-bar.module.css';
import styles from './loading-bar.module.css';

/** Stands where the run will: its models are not in memory yet. */
export function LoadingBar({ models: { names, bytes } }: { readonly models: LoadingModels }) {
  const model = names.join(' and ');
  return (
    <div className={rowBar['bar']} role="status" aria-label="Loading the model">
      <span className={rowBar['inner']}>
        <strong className={rowBar['name']}>Loading {model}…</strong>
        <progress className={styles['progress']} aria-label={`Loading ${model}`} />
        <span className={rowBar['facts']}>
          {bytes > 0 && `${formatBytes(bytes)} of weights · `}the run begins when they are in memory · Esc stops it
        </span>
      </span>
    </div>
  );
}
