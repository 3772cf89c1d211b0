import type { Weights } from '../graph/graph-builder';
import { blockSize, type QuantizedBits, quantizedBitWidths, quantizedParts } from '../graph/quantized-parts';
import { toFloat32 } from '../models/element-types';

/** Part of a stored weight, as floats: all of it, or `count` elements from `first`. */
function stored({ bytes, places }: Weights, name: string, first = 0, count?: number): Float32Array {
  const place = places.get(name);
  if (!place) throw new Error(`There is no weight '${name}'`);
  const half = place.element === 'f16';
  const size = half ? 2 : 4;
  const start = place.offset + first * size;
  const end = count === undefined ? place.offset + place.byteLength : start + count * size;
  return toFloat32(half ? 'F16' : 'F32', bytes.subarray(start, end));
}

/** One weight as floats of its own. */
export function readWeight(weights: Weights, name: string): Float32Array {
  return stored(weights, name);
}

/** Rows of a matrix [rows, columns] as floats, however it is stored; the whole of it only when someone asks. */
export class WeightMatrix {
  readonly #weights: Weights;
  readonly #name: string;
  readonly #columns: number;
  readonly #rows: number;
  readonly #bits: QuantizedBits | null;
  #whole: Float32Array | null = null;

  constructor(weights: Weights, name: string, rows: number, columns: number) {
    this.#weights = weights;
    this.#name = name;
    this.#rows = rows;
    this.#columns = columns;
    this.#bits = quantizedBitWidths.find((bits) => weights.places.has(quantizedParts(name, bits).integers)) ?? null;
  }

  /** Length `columns`. Do not write into it. */
  row(index: number): Float32Array {
    if (this.#whole) return this.#whole.subarray(index * this.#columns, (index + 1) * this.#columns);
    if (this.#bits === null) return stored(this.#weights, this.#name, index * this.#columns, this.#columns);
    const values = new Float32Array(this.#columns);
    this.#dequantize(this.#bits, index, values);
    return values;
  }

  /** [rows, columns]; kept from then on. Do not write into it. */
  all(): Float32Array {
    return (this.#whole ??= this.#bits === null ? stored(this.#weights, this.#name) : this.#dequantizeAll(this.#bits));
  }

  #dequantizeAll(bits: QuantizedBits): Float32Array {
    const values = new Float32Array(this.#rows * this.#columns);
    for (let row = 0; row < this.#rows; row++) {
      this.#dequantize(bits, row, values.subarray(row * this.#columns, (row + 1) * this.#columns));
    }
    return values;
  }

  #dequantize(bits: QuantizedBits, row: number, values: Float32Array): void {
    const parts = quantizedParts(this.#name, bits);
    const blocks = this.#columns / blockSize;
    const { bytes, places } = this.#weights;
    const bytesPerRow = (this.#columns * bits) / 8;
    const from = (places.get(parts.integers)?.offset ?? 0) + row * bytesPerRow;
    const scales = stored(this.#weights, parts.scales, row * blocks, blocks);
    const centre = 2 ** (bits - 1);
    for (let i = 0; i < this.#columns; i++) {
      const integer = bits === 8 ? (bytes[from + i] ?? 0) : ((bytes[from + (i >> 1)] ?? 0) >> (4 * (i & 1))) & 15;
      values[i] = (integer - centre) * (scales[Math.floor(i / blockSize)] ?? NaN);
    }
    if (!places.has(parts.offsets)) return;
    const offsets = stored(this.#weights, parts.offsets, row * blocks, blocks);
    for (let i = 0; i < this.#columns; i++) values[i] = (values[i] ?? NaN) + (offsets[Math.floor(i / blockSize)] ?? NaN);
  }
}
