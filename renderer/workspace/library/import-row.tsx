import { Check, CircleAlert, X } from 'lucide-react';
import type { ImportJob } from '../../../main/contract/library';
import { Button } from '../../design/button';
import { IconButton } from '../../design/icon-button';
import { isLive } from '../../state/library';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import styles from './library.module.css';
import { progressText } from './model-facts';

export interface ImportRowProps {
  readonly job: ImportJob;
  /** The model it made is there: it may have been removed since. */
  readonly installed: boolean;
  /** Takes the imported model for the next run. */
  readonly onUse: (model: string) => void;
}

function share({ doneBytes, totalBytes }: ImportJob): number | null {
  return totalBytes === null || totalBytes <= 0 ? null : Math.min(1, doneBytes / totalBytes);
}

function stateText(job: ImportJob, installed: boolean): string {
  switch (job.state) {
    case 'queued':
      return 'waits for the import before it';
    case 'running':
      return job.phase;
    case 'done':
      return installed ? 'is in the library' : 'was imported';
    case 'cancelled':
      return 'cancelled; nothing was kept';
    case 'failed':
      return 'failed';
    default:
      return job.state satisfies never;
  }
}

/** One import: how far it is, or how it ended and what to do next. */
export function ImportRow({ job, installed, onUse }: ImportRowProps) {
  const { library, activity } = useServices();
  const live = isLive(job);
  const value = share(job);
  const numbers = progressText(job);
  return (
    <li className={styles['row']} data-state={job.state}>
      <div className={styles['line']}>
        <strong className={styles['name']}>{job.title}</strong>
        <span className={styles['phase']}>
          {job.state === 'done' && <Check size={13} aria-hidden="true" className={styles['good']} />}
          {job.state === 'failed' && <CircleAlert size={13} aria-hidden="true" className={styles['bad']} />}
          {stateText(job, installed)}
        </span>
        <span className={styles['actions']}>
          {live && (
            <Button
              aria-label={`Cancel the import of ${job.title}`}
              onClick={() => {
                perform(() => activity.during(() => library.cancel(job.id)));
              }}
            >
              Cancel
            </Button>
          )}
          {job.state === 'done' && job.model !== null && installed && (
            <Button
              aria-label={`Use ${job.title}`}
              onClick={() => {
                if (job.model !== null) onUse(job.model);
              }}
            >
              Use
            </Button>
          )}
          {(job.state === 'failed' || job.state === 'cancelled') && library.canRetry(job.id) && (
            <Button
              aria-label={`Import ${job.title} again`}
              onClick={() => {
                perform(() => activity.during(() => library.retry(job.id)));
              }}
            >
              Try again
            </Button>
          )}
          {!live && (
            <IconButton
              label={`Dismiss ${job.title}`}
              onClick={() => {
                library.dismiss(job.id);
              }}
            >
              <X size={14} aria-hidden="true" />
            </IconButton>
          )}
        </span>
      </div>
      {job.state === 'running' && (
        <>
          <progress className={styles['progress']} aria-label={`Import of ${job.title}`} max={1} {...(value !== null && { value })} />
          {job.remark !== null && <p className={styles['faint']}>{job.remark}</p>}
          {numbers !== '' && (
            <p className={styles['numbers']}>
              {value !== null && `${Math.floor(100 * value)} % · `}
              {numbers}
            </p>
          )}
        </>
      )}
      {job.error !== null && job.state === 'failed' && (
        <div className={styles['failure']} role="alert">
          <strong>{job.error.message}</strong> {job.error.hint}
        </div>
      )}
    </li>
  );
}
