import { useStore } from 'zustand';
import { isLive } from '../../state/library';
import { useServices } from '../../state/services';
import styles from './status-bar.module.css';

/** An import goes on while its dialog is closed: how far it is, and the way back to it. */
export function ImportStatus() {
  const { library, workspace } = useServices();
  const job = useStore(library.store, ({ jobs }) => jobs.find((candidate) => candidate.state === 'running') ?? jobs.find(isLive));
  if (job === undefined) return null;
  const { doneBytes, totalBytes } = job;
  const share = totalBytes === null || totalBytes <= 0 ? '' : ` ${Math.floor((100 * doneBytes) / totalBytes)} %`;
  return (
    <button
      type="button"
      className={styles['import']}
      onClick={() => {
        workspace.setView({ library: true });
      }}
    >
      Importing {job.title}…{share}
    </button>
  );
}
