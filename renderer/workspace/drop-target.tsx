import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { openTrace, valueOf } from '../state/row-commands';
import { type Services, useServices } from '../state/services';
import { perform } from '../state/workbench';
import styles from './drop-target.module.css';

/** Opens what was dropped: a trace as a row, a model by importing it into the library, which then shows itself. */
async function takeDropped(services: Services, file: File): Promise<void> {
  const dropped = valueOf(await services.shell.openDropped(file));
  if (dropped.kind === 'trace') {
    await openTrace(services, dropped.trace);
    return;
  }
  services.workspace.setView({ library: true });
  await services.activity.during(() => services.library.addGranted(dropped.grant));
}

/** Takes traces and models dropped anywhere on the window. */
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
          for (const file of files) await takeDropped(services, file);
        });
      }}
    >
      {children}
      {over && (
        <div className={styles['veil']}>
          <span>
            Drop a trace to open it as a row,
            <br />a model (.gguf or a folder) to import it
          </span>
        </div>
      )}
    </div>
  );
}
