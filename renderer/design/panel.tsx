import type { ReactNode } from 'react';
import { classNames } from './class-names';
import { PanelSave, type PanelFiles } from './panel-save';
import styles from './panel.module.css';

/** The four states of a panel; `done` shows the content, `running` shows it with a mark that more is coming. */
export type PanelState =
  | { readonly kind: 'empty'; /** What to do to see something here. */ readonly hint: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string };

export interface PanelFrameProps {
  readonly title: string;
  /** Short facts at the right of the title. */
  readonly meta?: ReactNode;
  /** Switches beside the title. */
  readonly controls?: ReactNode;
  /** The title and its facts give their line to a first line of tools in the content, where the window is low. */
  readonly sharesHead?: boolean;
  readonly state: PanelState;
  /** What can be saved; nothing, no menu. */
  readonly files?: PanelFiles;
  readonly children?: ReactNode;
}

/** Frame of every panel of the inspector: a title, its facts, and one of four states. */
export function Panel({ title, meta, controls, sharesHead = false, state, files, children }: PanelFrameProps) {
  const shows = state.kind === 'done' || state.kind === 'running';
  return (
    <section
      className={classNames(styles['panel'], sharesHead && shows && styles['shared'])}
      aria-label={title}
      aria-busy={state.kind === 'running'}
    >
      <header className={styles['head']}>
        <h3 className={styles['title']}>{title}</h3>
        {controls}
        <span className={styles['meta']}>{meta}</span>
        {state.kind === 'running' && <span className={styles['running']}>running</span>}
        {shows && files !== undefined && <PanelSave title={title} files={files} />}
      </header>
      {shows && (
        <div
          className={styles['body']}
          // It scrolls where there is more than fits, so the keyboard has to reach it.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
        >
          {children}
        </div>
      )}
      {state.kind === 'empty' && <p className={styles['empty']}>{state.hint}</p>}
      {state.kind === 'failed' && (
        <div className={styles['failed']} role="alert">
          <strong>{state.message}</strong>
          <p>{state.hint}</p>
        </div>
      )}
    </section>
  );
}
