import { useMemo } from 'react';
import { useStore } from 'zustand';
import { modelsOfLanes, modelsOfRun } from '../../../main/contract/lane-models';
import type { ScreenRow } from '../../state/screen';
import { useServices } from '../../state/services';
import styles from './model-notes.module.css';

/** What a model cannot do. */
export interface ModelReport {
  readonly id: string;
  readonly name: string;
  readonly notes: readonly string[];
}

/** What the models of the next run cannot do, those that have made a run on screen left out: there it shows. */
export function useModelReports(rows: readonly ScreenRow[]): readonly ModelReport[] {
  const { workspace, library } = useServices();
  const model = useStore(workspace.store, (state) => state.document.model);
  const lanes = useStore(workspace.store, (state) => state.document.lanes);
  const installed = useStore(library.store, (state) => state.installed);
  const seen = rows.flatMap(({ run }) => (run === undefined ? [] : modelsOfRun(run.info).map((each) => each.model.id))).join(' ');
  return useMemo(() => {
    const known = new Set(seen.split(' '));
    return modelsOfLanes({ model, lanes: lanes.map(({ settings }) => settings) }).flatMap((id) => {
      const found = known.has(id) ? undefined : installed.find(({ summary, notes }) => summary.id === id && notes.length > 0);
      return found === undefined ? [] : [{ id, name: found.summary.name, notes: found.notes }];
    });
  }, [model, lanes, installed, seen]);
}

/** Stands where the first run on a model will: what it cannot do is said before. */
export function ModelNotes({ reports }: { readonly reports: readonly ModelReport[] }) {
  return (
    <ul className={styles['notes']} aria-label="What the models of the next run cannot do">
      {reports.map(({ id, name, notes }) => (
        <li key={id}>
          <b>{name}</b> {notes.join(' ')}
        </li>
      ))}
    </ul>
  );
}
