import { Check, Plus } from 'lucide-react';
import type { CatalogueEntry } from '../../../main/contract/library';
import { Button } from '../../design/button';
import { formatBytes, formatParameters } from '../../design/format';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import styles from './library.module.css';

/** A model known to work, to be had with one press. */
export function CatalogueRow({ entry, importing }: { readonly entry: CatalogueEntry; readonly importing: boolean }) {
  const { library, activity } = useServices();
  return (
    <li className={styles['row']}>
      <div className={styles['line']}>
        <strong className={styles['name']}>{entry.name}</strong>
        <span className={styles['phase']}>
          {formatParameters(entry.parameters)} parameters · {formatBytes(entry.bytes)} to fetch · {entry.license}
        </span>
        <span className={styles['actions']}>
          {entry.installed ? (
            <span className={styles['have']}>
              <Check size={13} aria-hidden="true" /> installed
            </span>
          ) : (
            <Button
              aria-label={`Add ${entry.name}`}
              disabled={importing}
              onClick={() => {
                perform(() => activity.during(() => library.add({ kind: 'catalogue', id: entry.id })));
              }}
            >
              <Plus size={13} aria-hidden="true" />
              Add
            </Button>
          )}
        </span>
      </div>
      <p className={styles['dim']}>{entry.description}</p>
    </li>
  );
}
