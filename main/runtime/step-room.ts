import type { DecoderSpec } from '../graph/decoder-spec';
import type { PassRoom } from './passes';

/**
 * Memory that the outputs of one step after the other are written into: a megabyte that is new every time is a megabyte of pages the system
 * has to find, which takes five times as long as writing to it.
 */
export class StepRoom {
  #logits = new Float32Array(0);
  #residual = new Float32Array(0);

  constructor(private readonly sizes: Pick<DecoderSpec, 'layers' | 'width' | 'vocabulary'>) {}

  /** For a step of so many rows; what was written for the one before is gone. A single row's residual streams are given away as they are, so there is none for them. */
  of(rows: number): Partial<PassRoom> {
    const { layers, width, vocabulary } = this.sizes;
    this.#logits = atLeast(this.#logits, rows * vocabulary);
    const logits = this.#logits.subarray(0, rows * vocabulary);
    if (rows === 1) return { logits };
    const streams = (layers + 1) * rows * width;
    this.#residual = atLeast(this.#residual, streams);
    return { logits, residual: this.#residual.subarray(0, streams) };
  }
}

function atLeast(array: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  return array.length < length ? new Float32Array(length) : array;
}
