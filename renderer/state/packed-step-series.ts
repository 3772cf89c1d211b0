import { decodeStep, type FrameLayout, layersPlace, scalarPlace, stepLength } from '../../main/contract/frame';
import type { StepRecord } from '../../main/contract/steps';
import { PagedRows } from './paged-rows';
import type { LensKind, StepColumn, StepSeries } from './run-view';

const stepsPerPage = 64;
const initialSteps = 64;
/** Pages of readings that came later, which can be asked for again: 4 096 steps, more than a screen shows. */
const mostLatePages = 64;
/** Steps kept as objects. What is on screen is asked for again and again; the rest need not stay. */
const mostDecoded = 512;

/** A typed array with room for `length` values that keeps what `old` held; doubles, so that appending stays cheap. */
function grown(old: Float32Array, length: number): Float32Array {
  if (old.length >= length) return old;
  let capacity = Math.max(old.length, 1);
  while (capacity < length) capacity *= 2;
  const next = new Float32Array(capacity);
  next.set(old);
  return next;
}

/**
 * The steps of one branch as they came over the wire, in pages. A step becomes an object only when a view asks for it. Readings of the
 * layers below the last, nine tenths of a step, take room only where there are any: a step without them takes a few hundred bytes, so
 * tens of thousands of steps cost the memory of their numbers and nothing for the collector.
 */
export class PackedStepSeries implements StepSeries {
  readonly layout: FrameLayout;
  readonly #stride: number;
  /** Floats before the layers, and of one layer. */
  readonly #head: number;
  readonly #layer: number;
  /** Layers below the last. */
  readonly #below: number;
  /** Per step what comes before the layers, the last layer, what comes after the layers, and the norms of the layers below. */
  readonly #bodies: PagedRows;
  /** Per step the layers below the last, where they came with the step. */
  readonly #lenses: PagedRows;
  /** The same where they came later. */
  readonly #lateLenses: Readonly<Record<LensKind, PagedRows>>;
  #length = 0;
  readonly #columns = new Map<StepColumn, { values: Float32Array; filled: number }>();
  readonly #decoded = new Map<number, StepRecord>();
  readonly #scratch: Float32Array;

  constructor(layout: FrameLayout) {
    this.layout = layout;
    this.#stride = stepLength(layout);
    const { offset, length } = layersPlace(layout);
    this.#head = offset;
    this.#layer = length / layout.streams;
    this.#below = layout.streams - 1;
    this.#bodies = new PagedRows(this.#stride - this.#below * (this.#layer - 1), stepsPerPage);
    this.#lenses = new PagedRows(this.#below * this.#layer, stepsPerPage);
    const late = (): PagedRows => new PagedRows(this.#below * this.#layer, stepsPerPage);
    this.#lateLenses = { full: late(), quick: late() };
    this.#scratch = new Float32Array(this.#stride);
  }

  get length(): number {
    return this.#length;
  }

  /** Appends the step that starts at `offset` (in floats) of `source`. @throws RangeError when the source is too short */
  append(source: Float32Array, offset: number): void {
    if (offset + this.#stride > source.length)
      throw new RangeError(`No whole step of ${this.#stride} floats at ${offset} of ${source.length}`);
    const step = source.subarray(offset, offset + this.#stride);
    const body = this.#bodies.write(this.#length);
    const afterLayers = this.#head + (this.#below + 1) * this.#layer;
    body.set(step.subarray(0, this.#head));
    body.set(step.subarray(afterLayers), this.#head + this.#layer);
    this.#putLayers(this.#length, step.subarray(this.#head, afterLayers));
    this.#length += 1;
  }

  lensOf(step: number, stream: number): LensKind | null {
    const rows = stream >= this.#below ? this.#lenses : this.#rowsWith(step, stream);
    return rows === undefined ? null : rows === this.#lateLenses.quick ? 'quick' : 'full';
  }

  takeLenses(kind: LensKind, first: number, streams: readonly number[], packed: Float32Array): void {
    const late = this.#lateLenses[kind];
    for (let i = 0; i * streams.length * this.#layer < packed.length && first + i < this.#length; i++) {
      const lenses = late.write(first + i);
      const norms = this.#bodies.write(first + i).subarray(-this.#below);
      for (const [j, stream] of streams.entries()) {
        if (stream >= this.#below) continue;
        const at = (i * streams.length + j) * this.#layer;
        lenses.set(packed.subarray(at, at + this.#layer), stream * this.#layer);
        norms[stream] = packed[at] ?? NaN;
      }
      this.#decoded.delete(first + i);
    }
    while (late.pages > mostLatePages) late.dropOldest();
  }

  at(step: number): StepRecord | undefined {
    if (!Number.isInteger(step) || step < 0 || step >= this.#length) return undefined;
    const known = this.#decoded.get(step);
    if (known !== undefined) return known;
    const record = decodeStep(this.layout, this.#unpacked(step), 0);
    if (this.#decoded.size >= mostDecoded) this.#decoded.clear();
    this.#decoded.set(step, record);
    return record;
  }

  column(name: StepColumn): Float32Array {
    const column = this.#columns.get(name) ?? { values: new Float32Array(initialSteps), filled: 0 };
    column.values = grown(column.values, this.#length);
    // Of the layers only the last one's norm is a column, and that layer follows the head.
    const place = name === 'norm' ? this.#head : scalarPlace(name, this.layout);
    for (let step = column.filled; step < this.#length; step++) column.values[step] = this.#bodies.read(step)?.[place] ?? NaN;
    column.filled = this.#length;
    this.#columns.set(name, column);
    return column.values.subarray(0, this.#length);
  }

  /** @param layers all layers of a step, packed */
  #putLayers(step: number, layers: Float32Array): void {
    const body = this.#bodies.write(step);
    const below = layers.subarray(0, this.#below * this.#layer);
    body.set(layers.subarray(below.length), this.#head);
    const norms = body.length - this.#below;
    for (let layer = 0; layer < this.#below; layer++) body[norms + layer] = below[layer * this.#layer] ?? NaN;
    if (!Number.isNaN(below[1] ?? NaN)) this.#lenses.write(step).set(below);
  }

  /** Where the reading of a stream below the last is; undefined where there is none. The number behind a norm, a probability, says so. */
  #rowsWith(step: number, stream: number): PagedRows | undefined {
    const place = stream * this.#layer + 1;
    const { full, quick } = this.#lateLenses;
    return [this.#lenses, full, quick].find((rows) => !Number.isNaN(rows.at(step, place) ?? NaN));
  }

  /** The step as the frame held it. Overwritten by the next call. */
  #unpacked(step: number): Float32Array {
    const packed = this.#scratch;
    const body = this.#bodies.read(step) ?? new Float32Array(this.#stride).fill(NaN);
    const norms = body.length - this.#below;
    packed.set(body.subarray(0, this.#head));
    packed.set(body.subarray(this.#head, norms), this.#head + this.#below * this.#layer);
    for (let layer = 0; layer < this.#below; layer++) {
      const at = this.#head + layer * this.#layer;
      const reading = this.#rowsWith(step, layer)?.read(step);
      if (reading !== undefined) {
        packed.set(reading.subarray(layer * this.#layer, (layer + 1) * this.#layer), at);
        continue;
      }
      // Numbers that are not there, then candidates that are not there: ids of -1.
      packed.fill(NaN, at, at + this.#layer);
      packed[at] = body[norms + layer] ?? NaN;
      packed.fill(-1, at + this.#layer - 2 * this.layout.lens, at + this.#layer);
    }
    return packed;
  }
}
