import { copyLines } from './cache-lines';
import type { RowCache } from './decoder';
import { type Added, type CacheArray, type CacheKind, cacheKinds, type CacheMemory, type Segment } from './passes';

/** Keys or values: one array a layer, each [slots, lines, capacity]. */
type Store = readonly CacheArray[];
type Stores = Readonly<Record<CacheKind, Store>>;

const nothing: Stores = { keys: [], values: [] };

/** Rows lying side by side in the store, ready to be fed to a pass without copying. */
export interface RowWindow {
  /** Position of each row, in the order asked for, inside the window. */
  readonly places: readonly number[];
  /** Views, to be read before the next batch is gathered. */
  readonly own: Segment;
}

const smallestCapacity = 64;
/**
 * Places more than a power of two: lines a power of two apart all fall into the same few places of a processor's cache and push each other
 * out. Scores over 500 positions of eight rows took 24 ms with 2 048 places a line and 17 with 2 064.
 */
const apart = 16;
const smallestSlots = 1;

const roomFor = (needed: number, smallest: number): number => smallest * 2 ** Math.max(0, Math.ceil(Math.log2(needed / smallest)));

/** A row of the store. Everything but its length and its life is the store's business. */
export class StoredRow implements RowCache {
  length = 0;
  slot: number;
  private store: RowCaches | null;

  constructor(store: RowCaches, slot: number) {
    this.store = store;
    this.slot = slot;
  }

  fork(): RowCache {
    return this.owner().fork(this);
  }

  dispose(): void {
    this.store?.release(this);
    this.store = null;
  }

  /** @throws Error after `dispose` */
  owner(): RowCaches {
    if (!this.store) throw new Error('This row of the cache has been disposed of');
    return this.store;
  }
}

/**
 * The own segments of all rows of a decoder, each in a slot of one growing store per layer. A batch is a window of neighbouring
 * slots; rows are moved only when those of a batch do not lie side by side, that is when a branch between them has ended.
 */
export class RowCaches {
  private slots: (StoredRow | null)[] = [];
  private capacity = 0;
  private stores = nothing;

  constructor(
    private readonly layers: number,
    private readonly memory: CacheMemory,
  ) {}

  newRow(): StoredRow {
    const free = this.slots.indexOf(null);
    const slot = free < 0 ? this.slots.length : free;
    if (free < 0) this.resize(roomFor(slot + 1, smallestSlots), Math.max(this.capacity, smallestCapacity + apart));
    const row = new StoredRow(this, slot);
    this.slots[slot] = row;
    // A number that is not finite, left over in a masked place, would still spoil the row: 0 times infinity is not 0.
    this.each((array, stride) => array.fill(0, slot * stride, (slot + 1) * stride));
    return row;
  }

  fork(parent: StoredRow): StoredRow {
    const row = this.newRow();
    this.each((array, stride) => array.copyWithin(row.slot * stride, parent.slot * stride, (parent.slot + 1) * stride));
    row.length = parent.length;
    return row;
  }

  /** With the last row the store goes too, so that what a run computes does not depend on the runs before it. */
  release(row: StoredRow): void {
    if (this.slots[row.slot] !== row) return;
    this.slots[row.slot] = null;
    if (this.slots.every((other) => other === null)) this.dispose();
  }

  /** Frees the store, whoever still has a row in it. */
  dispose(): void {
    this.slots = [];
    this.capacity = 0;
    this.replace(nothing);
  }

  /**
   * Brings the rows side by side, with room for one more position each.
   * @throws Error when a row is disposed of, is another decoder's, or comes twice
   */
  gather(rows: readonly RowCache[]): RowWindow {
    const stored = rows.map((row) => {
      if (!(row instanceof StoredRow) || row.owner() !== this) throw new Error('This row of the cache belongs to another decoder');
      return row;
    });
    if (new Set(stored).size !== stored.length) throw new Error('A row of the cache occurs twice in one batch');
    const longest = stored.reduce((length, row) => Math.max(length, row.length), 0);
    if (longest >= this.capacity) this.resize(this.slots.length, roomFor(longest + 1, smallestCapacity) + apart);

    const start = this.closeGaps(stored);
    const window = (kind: CacheKind): Store => {
      const stride = this.stride(kind);
      return this.stores[kind].map((array) => array.subarray(start * stride, (start + stored.length) * stride));
    };
    const filled: number[] = Array.from({ length: stored.length });
    const places = stored.map((row) => row.slot - start);
    stored.forEach((row, i) => (filled[places[i] ?? 0] = row.length));
    const own = { batch: stored.length, capacity: this.capacity, keys: window('keys'), values: window('values'), filled };
    return { places, own };
  }

  /**
   * Counts one position more of every row, and puts it there, wherever the row lies by now: rows may have come and gone while the pass ran.
   * @param places position of each row in the pass, as `gather` gave it
   * @param added new keys and values of all rows in the order of the window, one position each; null where the pass has written them
   */
  append(rows: readonly RowCache[], places: readonly number[], added: Added | null): void {
    rows.forEach((row, i) => {
      if (!(row instanceof StoredRow) || this.slots[row.slot] !== row) return;
      if (added) this.put(row, added, rows.length, places[i] ?? 0);
      row.length++;
    });
  }

  private put(row: StoredRow, added: Added, rows: number, place: number): void {
    for (const kind of cacheKinds) {
      const lines = this.memory.cacheLines[kind];
      this.stores[kind].forEach((store, layer) => {
        const from = { data: added[kind], width: 1, line: (layer * rows + place) * lines, at: 0 };
        copyLines(from, { data: store, width: this.capacity, line: row.slot * lines, at: row.length }, lines, 1);
      });
    }
  }

  /** Numbers of a slot. */
  private stride(kind: CacheKind): number {
    return this.memory.cacheLines[kind] * this.capacity;
  }

  /** Does something with every array, whose slots lie `stride` numbers apart. */
  private each(work: (array: CacheArray, stride: number) => void): void {
    for (const kind of cacheKinds) for (const array of this.stores[kind]) work(array, this.stride(kind));
  }

  /** Moves rows until those given fill a window; returns its first slot. */
  private closeGaps(rows: readonly StoredRow[]): number {
    const wanted = new Set(rows.map((row) => row.slot));
    const first = Math.min(...wanted);
    const start = Math.min(first, this.slots.length - rows.length);
    const isInside = (slot: number): boolean => slot >= start && slot < start + rows.length;
    const holes = Array.from(rows, (_, i) => start + i).filter((slot) => !wanted.has(slot));
    for (const row of rows) {
      if (isInside(row.slot)) continue;
      const hole = holes.pop();
      if (hole !== undefined) this.swap(row.slot, hole);
    }
    return start;
  }

  private swap(a: number, b: number): void {
    this.each((array, stride) => {
      const kept = array.slice(a * stride, (a + 1) * stride);
      array.copyWithin(a * stride, b * stride, (b + 1) * stride);
      array.set(kept, b * stride);
    });
    const [atA, atB] = [this.slots[a] ?? null, this.slots[b] ?? null];
    this.slots[a] = atB;
    this.slots[b] = atA;
    if (atA) atA.slot = b;
    if (atB) atB.slot = a;
  }

  /** Copies every row's filled places into arrays of the new sizes. */
  private resize(slots: number, capacity: number): void {
    const before = this.capacity;
    const grow = (kind: CacheKind, old: CacheArray | undefined): CacheArray => {
      const lines = this.memory.cacheLines[kind];
      const array = this.memory.allocate(kind, slots * capacity);
      for (const row of this.slots) {
        if (!row || !old) continue;
        const from = { data: old, width: before, line: row.slot * lines, at: 0 };
        copyLines(from, { data: array, width: capacity, line: row.slot * lines, at: 0 }, lines, row.length);
      }
      return array;
    };
    const grown = (kind: CacheKind): Store => Array.from({ length: this.layers }, (_, layer) => grow(kind, this.stores[kind][layer]));
    this.replace({ keys: grown('keys'), values: grown('values') });
    this.capacity = capacity;
    while (this.slots.length < slots) this.slots.push(null);
  }

  private replace(stores: Stores): void {
    this.each((array) => this.memory.free(array));
    this.stores = stores;
  }
}
