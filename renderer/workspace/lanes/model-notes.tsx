import { useMemo } from 'react';
import { useStore } from 'zustand';
import { modelsOfLanes, modelsOfRun } from '../../../main/contract/lane-models';
import type { ScreenRow } from '../../state/screen';
import { useServices } from '../../state/services';
import styles from './model-notes.module.css';

/** What some models cannot do; those of which the same is to be said are named together. */
export interface ModelReport {
  readonly names: readonly string[];
  readonly notes: string;
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
    const byNotes = new Map<string, string[]>();
    for (const id of modelsOfLanes({ model, lanes: lanes.map(({ settings }) => settings) })) {
      const found = known.has(id) ? undefined : installed.find(({ summary, notes }) => summary.id === id && notes.length > 0);
      if (found === undefined) continue;
      const notes = found.notes.join(' ');
      byNotes.set(notes, [...(byNotes.get(notes) ?? []), found.summary.name]);
    }
    return [...byNotes].map(([notes, names]) => ({ names, notes }));
  }, [model, lanes, installed, seen]);
}

/** Stands where the first run on a model will: what it cannot do is said before. */
export function ModelNotes({ reports }: { readonly reports: readonly ModelReport[] }) {
  return (
    <ul className={styles['notes']} aria-label="What the models of the next run cannot do">
      {reports.map(({ names, notes }) => (
        <li key={notes}>
          <b>{names.join(', ')}</b> {notes}
        </li>
      ))}
    </ul>
  );
}
