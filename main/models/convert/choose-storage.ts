import { blockSize } from '../../graph/quantized-parts';
import type { StorageType } from '../checkpoint';

/** What the user asks for; `auto` keeps what a file holds as exactly as the graph can compute with it. */
export type Quantization = 'auto' | 'int4' | 'int8' | 'f16' | 'f32';

/** How a weight is written. The exact ones change no value: they only order the same numbers anew. */
export type Storage = 'f32' | 'f16' | 'int4' | 'int8' | 'int4-exact' | 'int8-exact';

/** Floats up to so many parameters stay floats when nobody asks for less: they fit in memory and are the reference. */
const floatsUpTo = 400_000_000;

/** What `auto` makes of a type that has no exact form in the graph: as many bits as it has, or more. */
const nearest: Partial<Record<StorageType, Storage>> = { Q4_K: 'int4', Q5_0: 'int8', Q5_1: 'int8', Q5_K: 'int8', Q6_K: 'int8' };
const exact: Partial<Record<StorageType, Storage>> = { Q4_0: 'int4-exact', Q4_1: 'int4-exact', Q8_0: 'int8-exact' };

export interface Matrix {
  readonly type: StorageType;
  /** Of the weight in the graph. */
  readonly shape: readonly number[];
  /** It has to be turned over, which blocks along its rows do not survive. */
  readonly transposed: boolean;
  /** An embedding table: rounding it costs more than rounding anything else, so it never gets fewer than 8 bits of its own accord. */
  readonly table: boolean;
}

/** @param parameters of the whole model */
export function chooseStorage({ type, shape, transposed, table }: Matrix, wanted: Quantization, parameters: number): Storage {
  const [, columns] = shape;
  // Norms and biases are few and matter much; rows that are not whole blocks have no place in the graph's quantised product.
  if (columns === undefined) return 'f32';
  if (wanted === 'f32' || wanted === 'f16') return wanted;
  if (columns % blockSize !== 0) return 'f32';
  const asStored = transposed ? undefined : exact[type];
  if (wanted === 'auto') {
    if (asStored) return asStored;
    if (nearest[type]) return table ? 'int8' : nearest[type];
    return parameters <= floatsUpTo ? 'f32' : 'int8';
  }
  if (asStored?.startsWith(wanted) === true) return asStored;
  return table ? 'int8' : wanted;
}
