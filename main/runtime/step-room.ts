import type { DecoderSpec } from '../graph/decoder-spec';
import type { PassRoom } from './passes';

/** Where a pass writes, and where the residual streams of each row go from there, [L + 1, D]. */
interface StepMemory {
  readonly pass: PassRoom;
  readonly residuals: readonly Float32Array[];
}

/**
 * Memory that the outputs of one step after the other are written into: a megabyte that is new every time is a megabyte of pages the system
 * has to find, which takes five times as long as writing to it.
 */
export class StepRoom {
  #logits = new Float32Array(0);
  #residual = new Float32Array(0);
  #rows = new Float32Array(0);

  constructor(private readonly sizes: Pick<DecoderSpec, 'layers' | 'width' | 'vocabulary'>) {}

  /** For a step of so many rows; what was written for the one before is gone. */
  of(rows: number): StepMemory {
    const { layers, width, vocabulary } = this.sizes;
    const streams = (layers + 1) * width;
    this.#logits = atLeast(this.#logits, rows * vocabulary);
    this.#rows = atLeast(this.#rows, rows * streams);
    const residuals = Array.from({ length: rows }, (_, row) => this.#rows.subarray(row * streams, (row + 1) * streams));
    const logits = this.#logits.subarray(0, rows * vocabulary);
    // A single row's streams are written where they stay.
    const [only] = residuals;
    if (rows === 1 && only) return { pass: { logits, residual: only }, residuals };
    this.#residual = atLeast(this.#residual, rows * streams);
    return { pass: { logits, residual: this.#residual.subarray(0, rows * streams) }, residuals };
  }
}

function atLeast(array: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  return array.length < length ? new Float32Array(length) : array;
}
