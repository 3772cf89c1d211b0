import type { Candidates } from '../contract/steps';
import { topIndices } from './candidates';
import { norm } from './vectors';

/** Finds the tokens whose input embeddings point the way a vector does. Row norms are computed once per table. */
export class NearestTokens {
  readonly #table: Float32Array;
  readonly #width: number;
  readonly #norms: Float64Array;

  /** @param table [V, D], row-major; kept by reference. */
  constructor(table: Float32Array, width: number) {
    this.#table = table;
    this.#width = width;
    this.#norms = Float64Array.from({ length: table.length / width }, (_, row) => norm(table.subarray(row * width, (row + 1) * width)));
  }

  /** The `count` tokens of highest cosine to `vector` (length D), with the cosines in place of probabilities. */
  find(vector: Float32Array, count: number): Candidates {
    const length = norm(vector);
    if (count === 0 || length === 0) return { ids: [], probabilities: [] };
    const cosines = this.#norms.map((rowNorm, row) => this.#dot(row, vector) / (rowNorm * length));
    const ids = topIndices(cosines, count);
    return { ids, probabilities: ids.map((id) => cosines[id] ?? NaN) };
  }

  #dot(row: number, vector: Float32Array): number {
    let sum = 0;
    const start = row * this.#width;
    for (let i = 0; i < this.#width; i++) sum += (this.#table[start + i] ?? 0) * (vector[i] ?? 0);
    return sum;
  }
}
