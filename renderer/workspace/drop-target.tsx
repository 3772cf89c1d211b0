import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { openTrace, valueOf } from '../state/row-commands';
import { useServices } from '../state/services';
import { perform } from '../state/workbench';
import styles from './drop-target.module.css';

/** Opens traces dropped anywhere on the window. */
export function DropTarget({ children }: { readonly children: ReactNode }) {
  const services = useServices();
  const [over, setOver] = useState(false);
  /** Entering a child is announced before leaving its parent, so a flag would flicker. */
  const depth = useRef(0);
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');
  const enter = (by: 1 | -1): void => {
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  return (
    <div
      className={styles['target']}
      onDragEnter={(event) => {
        if (hasFiles(event)) enter(1);
      }}
      onDragLeave={(event) => {
        if (hasFiles(event)) enter(-1);
      }}
      onDragOver={(event) => {
        if (hasFiles(event)) event.preventDefault();
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        const files = [...event.dataTransfer.files];
        perform(async () => {
          for (const file of files) await openTrace(services, valueOf(await services.shell.openDropped(file)).trace);
        });
      }}
    >
      {children}
      {over && <div className={styles['veil']}>Drop a trace to open it as a row</div>}
    </div>
  );
}
