import { describe, expect, it, vi } from 'vitest';
import { defaultLanes, matchColumns, type WorkspaceRow } from './workspace-document';
import { WorkspaceStore } from './workspace-store';

const row = (run: string, pinned = true): WorkspaceRow => ({ run, pinned, columns: [], extraColumns: [] });

describe('WorkspaceStore', () => {
  it('undoes and redoes in order, and says what', () => {
    const store = new WorkspaceStore();
    store.edit('edit prompt', { prompt: 'one' });
    store.edit('change seed', { seed: 9 });
    expect(store.undo()).toBe('change seed');
    expect(store.document).toMatchObject({ prompt: 'one', seed: 7 });
    expect(store.undo()).toBe('edit prompt');
    expect(store.undo()).toBeNull();
    expect(store.redo()).toBe('edit prompt');
    expect(store.redo()).toBe('change seed');
    expect(store.redo()).toBeNull();
    expect(store.document).toMatchObject({ prompt: 'one', seed: 9 });
  });

  it('undoes quick typing at once, and slow typing in pieces', () => {
    const clock = vi.spyOn(performance, 'now');
    const store = new WorkspaceStore();
    const type = (prompt: string, at: number): void => {
      clock.mockReturnValue(at);
      store.edit('edit prompt', { prompt }, { mergeKey: 'prompt' });
    };
    type('a', 0);
    type('ab', 200);
    type('abc', 5000);
    store.undo();
    expect(store.document.prompt).toBe('ab');
    store.undo();
    expect(store.document.prompt).toBe('');
    clock.mockRestore();
  });

  it('a new edit ends what could be redone', () => {
    const store = new WorkspaceStore();
    store.edit('change seed', { seed: 1 });
    store.undo();
    store.edit('change seed', { seed: 2 });
    expect(store.redo()).toBeNull();
  });

  it('brings back only what an edit changed', () => {
    const store = new WorkspaceStore();
    store.edit('edit prompt', { prompt: 'new' });
    store.setRows([row('run-1', false)]);
    store.undo();
    expect(store.document.rows.map((one) => one.run)).toEqual(['run-1']);
  });

  it('a closed row can be brought back and counts as reachable until then', () => {
    const store = new WorkspaceStore();
    store.setRows([row('a'), row('b')]);
    store.edit('close run', { rows: [row('b')] });
    expect([...store.reachableRuns()].toSorted()).toEqual(['a', 'b']);
    store.undo();
    expect(store.document.rows).toHaveLength(2);
  });

  it('a started run cannot be undone, nor rows from before it brought back', () => {
    const store = new WorkspaceStore();
    store.setRows([row('a'), row('b')]);
    store.edit('close run', { rows: [row('b')] });
    store.setRows([row('b'), row('c', false)]);
    expect(store.undo()).toBeNull();
    expect([...store.reachableRuns()]).toEqual(['b', 'c']);
  });

  it('keeps a bounded history', () => {
    const store = new WorkspaceStore();
    for (let seed = 0; seed < 500; seed++) store.edit('change seed', { seed });
    let undone = 0;
    while (store.undo() !== null) undone++;
    expect(undone).toBe(200);
  });
});

describe('matchColumns', () => {
  const lanes = defaultLanes(3);

  it('puts equal lanes in their columns and other settings in the column of their kind', () => {
    const recorded = lanes.toReversed().map((lane) => (lane.settings.kind === 'best-of-n' ? { ...lane.settings, n: 4 } : lane.settings));
    const matched = matchColumns(lanes, recorded);
    expect(matched.columns).toEqual(lanes.toReversed().map((lane) => lane.key));
    expect(matched.extraColumns).toEqual([]);
  });

  it('gives a column of its own to a second lane of a kind', () => {
    const [direct] = lanes;
    if (direct === undefined) throw new Error('No lane');
    const { columns, extraColumns } = matchColumns(lanes, [direct.settings, direct.settings]);
    expect(columns[0]).toBe(direct.key);
    expect(extraColumns).toEqual([columns[1]]);
  });
});
