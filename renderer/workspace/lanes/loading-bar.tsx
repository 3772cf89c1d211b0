import { useEffect } from 'react';
import type { LoadingModels } from '../../state/loading-models';
import { useServices } from '../../state/services';
import rowBar from './row-bar.module.css';
import styles from './loading-bar.module.css';
import { loadingFacts, loadingShare, loadingTitle } from './loading-text';

/** Stands where the run will: its models are not in memory yet. */
export function LoadingBar({ loading }: { readonly loading: LoadingModels }) {
  const { activity } = useServices();
  const title = loadingTitle(loading);
  const share = loadingShare(loading);
  const facts = loadingFacts(loading);
  useEffect(() => {
    activity.announce(`${title}…`);
  }, [activity, title]);
  return (
    <div className={rowBar['bar']} role="group" aria-label="Loading the model">
      <span className={rowBar['inner']}>
        <strong className={rowBar['name']}>{title}…</strong>
        <progress className={styles['progress']} aria-label={title} {...(share !== null && { value: share })} max={1} />
        <span className={rowBar['cut']}>{facts}</span>
      </span>
      <span className={rowBar['facts']}>Esc stops it</span>
    </div>
  );
}
