import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RowCache } from './decoder';
import { RowCaches } from './row-caches';
import { CountingMemory } from './testing/counting-memory';

const shape = { layers: 2, keyValueHeads: 3 };
/** Lines of a head's values, and of its keys. */
const linesOf = (isValue: boolean): number => (isValue ? 3 : 2);
const cacheLines = { keys: shape.keyValueHeads * linesOf(false), values: shape.keyValueHeads * linesOf(true) };
const memory = new CountingMemory(cacheLines);

/** A row with what it should hold: one number per position, from which all its keys and values are made. */
interface Tracked {
  readonly row: RowCache;
  readonly marks: number[];
}

/** The number stored at one coordinate: different for each layer, head, coordinate, and for keys and values. */
const element = (mark: number, layer: number, head: number, coordinate: number, isValue: boolean): number =>
  mark + layer * 0.5 + head * 0.0625 + coordinate * 0.015625 + (isValue ? 0.0078125 : 0);

/** Appends a mark to each row, as a pass does. */
function step(caches: RowCaches, batch: readonly Tracked[], marks: readonly number[], meanwhile?: () => void): void {
  const rows = batch.map(({ row }) => row);
  const window = caches.gather(rows);
  const made = (isValue: boolean): Float32Array => {
    const array = new Float32Array(shape.layers * batch.length * shape.keyValueHeads * linesOf(isValue));
    batch.forEach((_, i) => {
      for (let layer = 0; layer < shape.layers; layer++) {
        for (let head = 0; head < shape.keyValueHeads; head++) {
          for (let coordinate = 0; coordinate < linesOf(isValue); coordinate++) {
            const at = ((layer * batch.length + (window.places[i] ?? 0)) * shape.keyValueHeads + head) * linesOf(isValue) + coordinate;
            array[at] = element(marks[i] ?? 0, layer, head, coordinate, isValue);
          }
        }
      }
    });
    return array;
  };
  meanwhile?.();
  caches.append(rows, window.places, { keys: made(false), values: made(true) });
  batch.forEach(({ marks: own }, i) => own.push(marks[i] ?? 0));
}

/** How many coordinates of the rows' windows differ from what was appended to them. */
function faults(caches: RowCaches, batch: readonly Tracked[]): number {
  const window = caches.gather(batch.map(({ row }) => row));
  let count = 0;
  batch.forEach(({ row, marks }, i) => {
    if (row.length !== marks.length || window.own.filled[window.places[i] ?? 0] !== marks.length) count++;
    for (let layer = 0; layer < shape.layers; layer++) {
      for (let head = 0; head < shape.keyValueHeads; head++) {
        marks.forEach((mark, position) => {
          for (const isValue of [false, true]) {
            for (let coordinate = 0; coordinate < linesOf(isValue); coordinate++) {
              const line = ((window.places[i] ?? 0) * shape.keyValueHeads + head) * linesOf(isValue) + coordinate;
              const at = line * window.own.capacity + position;
              if (window.own[isValue ? 'values' : 'keys'][layer]?.[at] !== element(mark, layer, head, coordinate, isValue)) count++;
            }
          }
        });
      }
    }
  });
  return count;
}

it('keeps every row’s own positions through any course of steps, forks and ends', () => {
  const action = fc.record({
    kind: fc.constantFrom('new', 'fork', 'end', 'step', 'step', 'step', 'long'),
    pick: fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const memory = new CountingMemory(cacheLines);
      const caches = new RowCaches(shape.layers, memory);
      const live: Tracked[] = [];
      let mark = 0;
      for (const { kind, pick } of actions) {
        const chosen = live[(pick[0] ?? 0) % live.length];
        if (kind === 'new' || !chosen) live.push({ row: caches.newRow(), marks: [] });
        else if (kind === 'fork') live.push({ row: chosen.row.fork(), marks: [...chosen.marks] });
        else if (kind === 'end') live.splice(live.indexOf(chosen), 1)[0]?.row.dispose();
        else {
          const batch = [...new Set(pick.map((i) => i % live.length))].flatMap((i) => live[i] ?? []);
          for (let times = kind === 'long' ? 15 : 1; times > 0; times--)
            step(
              caches,
              batch,
              batch.map(() => ++mark),
            );
        }
      }
      const isSound = live.length === 0 || (faults(caches, live) === 0 && live.every((row) => faults(caches, [row]) === 0));
      for (const { row } of live) row.dispose();
      expect(memory.live).toBe(0);
      return isSound;
    }),
    { numRuns: 300 },
  );
});

it('appends to where rows are, when others come and go while a pass runs', () => {
  const caches = new RowCaches(shape.layers, memory);
  const batch: Tracked[] = [0, 1, 2].map(() => ({ row: caches.newRow(), marks: [] }));
  step(caches, batch, [1, 2, 3]);
  step(caches, batch, [4, 5, 6], () => {
    batch[1]?.row.dispose();
    for (let i = 0; i < 9; i++) caches.newRow();
  });
  expect(
    faults(
      caches,
      [batch[0], batch[2]].flatMap((tracked) => tracked ?? []),
    ),
  ).toBe(0);
});

it('moves nothing while the same rows go on', () => {
  const caches = new RowCaches(shape.layers, memory);
  const rows = [caches.newRow(), caches.newRow(), caches.newRow()];
  const before = caches.gather(rows);
  expect(before.places).toEqual([0, 1, 2]);
  expect(caches.gather(rows.toReversed()).places).toEqual([2, 1, 0]);
  expect(caches.gather(rows).own.keys[0]?.buffer).toBe(before.own.keys[0]?.buffer);
  expect(caches.gather(rows.slice(1, 2)).own.keys[0]?.byteOffset).toBeGreaterThan(0);
});

it('forgets numbers that are not finite when a place is used again', () => {
  const caches = new RowCaches(shape.layers, memory);
  const kept = caches.newRow();
  const spoilt = caches.newRow();
  const window = caches.gather([kept, spoilt]);
  for (const array of [...window.own.keys, ...window.own.values]) array.fill(NaN);
  spoilt.dispose();
  const fresh = caches.newRow();
  const [keys] = caches.gather([fresh]).own.keys;
  expect(keys?.every((value) => value === 0)).toBe(true);
});

it('gives every run the same sizes, whatever ran before', () => {
  const caches = new RowCaches(shape.layers, memory);
  const tracked = { row: caches.newRow(), marks: [] };
  for (let i = 0; i < 100; i++) step(caches, [tracked], [i]);
  expect(caches.gather([tracked.row]).own.capacity).toBe(144);
  tracked.row.dispose();
  expect(caches.gather([caches.newRow()]).own.capacity).toBe(80);
});

it('holds no more than what rows lie in, and gives back that too, whoever has a row', () => {
  const memory = new CountingMemory(cacheLines);
  const caches = new RowCaches(shape.layers, memory);
  const tracked = { row: caches.newRow(), marks: [] };
  for (let i = 0; i < 40; i++) step(caches, [tracked], [i]);
  expect(memory.live).toBe(2 * shape.layers);
  caches.dispose();
  tracked.row.dispose();
  expect(memory.live).toBe(0);
});

it('refuses rows that are disposed of, foreign or repeated', () => {
  const caches = new RowCaches(shape.layers, memory);
  const row = caches.newRow();
  const gone = caches.newRow();
  gone.dispose();
  gone.dispose();
  expect(() => caches.gather([row, gone])).toThrow('disposed');
  expect(() => gone.fork()).toThrow('disposed');
  expect(() => caches.gather([row, row])).toThrow('twice');
  expect(() => caches.gather([new RowCaches(shape.layers, memory).newRow()])).toThrow('another decoder');
});
