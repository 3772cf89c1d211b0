import type { Candidates } from '../contract/steps';
import { topIndices } from './vocabulary-walk';
import { norm } from './vectors';

/** Finds the tokens whose input embeddings point the way a vector does. */
export class NearestTokens {
  readonly #table: () => Float32Array;
  readonly #width: number;
  readonly #count: number;
  /** Computed when first needed: most runs have no thought. */
  #norms: Float64Array | null = null;
  /** Lanes that share a beginning feed back the very same vector. */
  readonly #found = new WeakMap<Float32Array, Candidates>();

  /**
   * @param table gives [V, D], row-major; asked for when the first vector comes, since most runs have none
   * @param count tokens to find
   */
  constructor(table: () => Float32Array, width: number, count: number) {
    this.#table = table;
    this.#width = width;
    this.#count = count;
  }

  /** The tokens of highest cosine to `vector` (length D, not changed afterwards), with the cosines in place of probabilities. */
  find(vector: Float32Array): Candidates {
    const known = this.#found.get(vector);
    if (known) return known;
    const found = this.#search(vector);
    this.#found.set(vector, found);
    return found;
  }

  #search(vector: Float32Array): Candidates {
    const length = norm(vector);
    if (this.#count === 0 || length === 0) return { ids: [], probabilities: [] };
    const table = this.#table();
    this.#norms ??= rowNorms(table, this.#width);
    const norms = this.#norms;
    const cosines = Float32Array.from(rowProducts(table, vector), (product, row) => product / ((norms[row] ?? NaN) * length));
    const ids = topIndices(cosines, this.#count);
    return { ids, probabilities: ids.map((id) => cosines[id] ?? NaN) };
  }
}

function rowNorms(table: Float32Array, width: number): Float64Array {
  const norms = new Float64Array(table.length / width);
  for (let row = 0; row < norms.length; row++) norms[row] = norm(table.subarray(row * width, (row + 1) * width));
  return norms;
}

/** Inner product of every row with the vector. Two sums at once, since one addition would have to wait for the last. */
function rowProducts(table: Float32Array, vector: Float32Array): Float64Array {
  const width = vector.length;
  const products = new Float64Array(table.length / width);
  for (let row = 0; row < products.length; row++) {
    const start = row * width;
    let even = 0;
    let odd = 0;
    for (let i = 0; i < width; i += 2) {
      even += (table[start + i] ?? 0) * (vector[i] ?? 0);
      if (i + 1 < width) odd += (table[start + i + 1] ?? 0) * (vector[i + 1] ?? 0);
    }
    products[row] = even + odd;
  }
  return products;
}
