import { memo, type ReactNode, useEffect, useId, useRef } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../design/button';
import { Dialog } from '../../design/dialog';
import { isLive } from '../../state/library';
import { chooseModel } from '../../state/model-commands';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import { AddModel } from './add-model';
import { CatalogueRow } from './catalogue-row';
import { ImportRow } from './import-row';
import { InstalledRow } from './installed-row';
import styles from './library.module.css';

function Section({ title, count, children }: { readonly title: string; readonly count?: number; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles['section']} aria-labelledby={id}>
      <h3 id={id} className={styles['heading']}>
        {title}
        {count !== undefined && <span className={styles['number']}> {count}</span>}
      </h3>
      {children}
    </section>
  );
}

function Lists({ onUse }: { readonly onUse: (model: string) => void }) {
  const { library, workspace, activity } = useServices();
  const { listing, error, installed, catalogue, jobs, removed, verifications } = useStore(library.store);
  const chosen = useStore(workspace.store, (state) => state.document.model);
  const unread = listing === 'failed' && (
    <div className={styles['failure']} role="alert">
      <strong>The library cannot be read.</strong> {error?.message} {error?.hint}{' '}
      <Button
        onClick={() => {
          perform(() => activity.during(() => library.refresh()));
        }}
      >
        Try again
      </Button>
    </div>
  );
  if (installed.length === 0 && unread !== false) return unread;
  return (
    <>
      {unread}
      {jobs.length > 0 && (
        <Section title="Imports">
          <ul>
            {jobs.map((job) => (
              <ImportRow key={job.id} job={job} installed={installed.some(({ summary }) => summary.id === job.model)} onUse={onUse} />
            ))}
          </ul>
        </Section>
      )}
      <Section title="Installed" {...(listing === 'ready' && { count: installed.length })}>
        {listing === 'loading' && <p className={styles['dim']}>Reading the library…</p>}
        {listing === 'ready' && installed.length === 0 && <p className={styles['dim']}>No model is installed. Add one above.</p>}
        <ul>
          {installed.map((model) => (
            <InstalledRow
              key={model.summary.id}
              model={model}
              chosen={model.summary.id === chosen}
              verification={verifications.get(model.summary.id)}
              onUse={onUse}
            />
          ))}
          {removed.map(({ summary }) => (
            <li key={`removed-${summary.id}`} className={styles['row']}>
              <div className={styles['line']}>
                <span className={styles['dim']}>{summary.name} was removed. It can be brought back until Interlinear quits.</span>
                <span className={styles['actions']}>
                  <Button
                    aria-label={`Bring back ${summary.name}`}
                    onClick={() => {
                      perform(() => activity.during(() => library.restore(summary.id)));
                    }}
                  >
                    Undo
                  </Button>
                </span>
              </div>
            </li>
          ))}
        </ul>
      </Section>
      {catalogue.length > 0 && (
        <Section title="Known to work">
          <ul>
            {catalogue.map((entry) => (
              <CatalogueRow
                key={entry.id}
                entry={entry}
                importing={jobs.some((job) => isLive(job) && (job.title === entry.name || job.title === entry.id))}
              />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

/** Models: those installed, those on their way, those to be had. */
export const ModelLibrary = memo(function ModelLibrary() {
  const services = useServices();
  const { library, workspace, devices, memory } = services;
  const open = useStore(workspace.store, (state) => state.library);
  const hub = useRef<HTMLInputElement>(null);
  const setOpen = (next: boolean): void => {
    workspace.setView({ library: next });
  };
  useEffect(() => {
    if (!open) return;
    void library.refresh();
    void memory.refresh();
    void devices.refresh(workspace.document.model);
  }, [open, library, devices, memory, workspace]);
  return (
    <Dialog open={open} onOpenChange={setOpen} title="Model library" wide initialFocus={hub}>
      <AddModel hub={hub} />
      <Lists
        onUse={(model) => {
          chooseModel(services, model);
          setOpen(false);
        }}
      />
    </Dialog>
  );
});
