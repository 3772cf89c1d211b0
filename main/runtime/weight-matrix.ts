import type { Weights } from '../graph/graph-builder';
import { blockSize, type QuantizedBits, quantizedBitWidths, quantizedParts } from '../graph/quantized-parts';
import { toFloat32 } from '../models/element-types';

/** Part of a stored weight, as floats: all of it, or `count` elements from `first`. */
function stored({ read, places }: Weights, name: string, first = 0, count?: number): Float32Array {
  const place = places.get(name);
  if (!place) throw new Error(`There is no weight '${name}'`);
  const half = place.element === 'f16';
  const size = half ? 2 : 4;
  return toFloat32(half ? 'F16' : 'F32', read(place.offset + first * size, count === undefined ? place.byteLength : count * size));
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
    return this.rows(index, 1);
  }

  /**
   * [count, columns] from row `first` on. Do not write into them.
   * @param room for as many, written over where they have to be made: new memory takes longer than what is done with it
   */
  rows(first: number, count: number, room?: Float32Array): Float32Array {
    if (this.#whole) return this.#whole.subarray(first * this.#columns, (first + count) * this.#columns);
    if (this.#bits === null) return stored(this.#weights, this.#name, first * this.#columns, count * this.#columns);
    return this.#dequantize(this.#bits, first, room?.subarray(0, count * this.#columns) ?? new Float32Array(count * this.#columns));
  }

  /** [rows, columns]; kept from then on. Do not write into it. */
  all(): Float32Array {
    return (this.#whole ??= this.rows(0, this.#rows));
  }

  #dequantize(bits: QuantizedBits, first: number, values: Float32Array): Float32Array {
    const count = values.length / this.#columns;
    const parts = quantizedParts(this.#name, bits);
    const { read, places } = this.#weights;
    const bytesPerRow = (this.#columns * bits) / 8;
    const integers = read((places.get(parts.integers)?.offset ?? 0) + first * bytesPerRow, count * bytesPerRow);
    const blocks = this.#columns / blockSize;
    const perBlock = (name: string): Float32Array => stored(this.#weights, name, first * blocks, count * blocks);
    const scales = perBlock(parts.scales);
    const offsets = places.has(parts.offsets) ? perBlock(parts.offsets) : null;
    const centre = 2 ** (bits - 1);
    for (let block = 0; block < scales.length; block++) {
      const scale = scales[block] ?? NaN;
      const offset = offsets?.[block] ?? 0;
      const end = (block + 1) * blockSize;
      // The product is rounded before the offset is added, as where both are 32-bit floats.
      if (bits === 8) for (let i = end - blockSize; i < end; i++) values[i] = Math.fround(((integers[i] ?? 0) - centre) * scale) + offset;
      else {
        for (let i = end - blockSize; i < end; i += 2) {
          const pair = integers[i >> 1] ?? 0;
          values[i] = Math.fround(((pair & 15) - centre) * scale) + offset;
          values[i + 1] = Math.fround(((pair >> 4) - centre) * scale) + offset;
        }
      }
    }
    return values;
  }
}
