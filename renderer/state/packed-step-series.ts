import { decodeStep, type FrameLayout, layersPlace, scalarPlace, stepLength } from '../../main/contract/frame';
import type { StepRecord } from '../../main/contract/steps';
import type { StepColumn, StepSeries } from './run-view';

const initialSteps = 64;

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
 * The steps of one branch as they came over the wire: one Float32Array growing by doubling. A step becomes an object only
 * when a view asks for it, so ten thousand steps cost the memory of their numbers and nothing for the collector.
 */
export class PackedStepSeries implements StepSeries {
  readonly layout: FrameLayout;
  readonly #stride: number;
  #packed: Float32Array;
  #length = 0;
  readonly #columns = new Map<StepColumn, { values: Float32Array; filled: number }>();
  readonly #decoded = new Map<number, StepRecord>();

  constructor(layout: FrameLayout) {
    this.layout = layout;
    this.#stride = stepLength(layout);
    this.#packed = new Float32Array(initialSteps * this.#stride);
  }

  get length(): number {
    return this.#length;
  }

  /** Appends the step that starts at `offset` (in floats) of `source`. @throws RangeError when the source is too short */
  append(source: Float32Array, offset: number): void {
    if (offset + this.#stride > source.length)
      throw new RangeError(`No whole step of ${this.#stride} floats at ${offset} of ${source.length}`);
    this.#packed = grown(this.#packed, (this.#length + 1) * this.#stride);
    this.#packed.set(source.subarray(offset, offset + this.#stride), this.#length * this.#stride);
    this.#length += 1;
  }

  /** Whether the layers below the last of a step have been read. */
  hasLens(step: number): boolean {
    return this.layout.streams < 2 || !Number.isNaN(this.#packed[step * this.#stride + layersPlace(this.layout).offset + 1] ?? NaN);
  }

  /** Takes in lens readings that came later: `packed` holds the layers of the steps from `first`, as `encodeLayers` gives them. */
  takeLenses(first: number, packed: Float32Array): void {
    const { offset, length } = layersPlace(this.layout);
    for (let i = 0; i * length < packed.length && first + i < this.#length; i++) {
      this.#packed.set(packed.subarray(i * length, (i + 1) * length), (first + i) * this.#stride + offset);
      this.#decoded.delete(first + i);
    }
  }

  at(step: number): StepRecord | undefined {
    if (!Number.isInteger(step) || step < 0 || step >= this.#length) return undefined;
    const known = this.#decoded.get(step);
    if (known !== undefined) return known;
    const record = decodeStep(this.layout, this.#packed, step * this.#stride);
    // What is on screen is asked for again and again; the rest need not stay.
    if (this.#decoded.size >= 4096) this.#decoded.clear();
    this.#decoded.set(step, record);
    return record;
  }

  column(name: StepColumn): Float32Array {
    const column = this.#columns.get(name) ?? { values: new Float32Array(initialSteps), filled: 0 };
    column.values = grown(column.values, this.#length);
    const place = scalarPlace(name, this.layout);
    for (let step = column.filled; step < this.#length; step++) column.values[step] = this.#packed[step * this.#stride + place] ?? NaN;
    column.filled = this.#length;
    this.#columns.set(name, column);
    return column.values.subarray(0, this.#length);
  }
}
