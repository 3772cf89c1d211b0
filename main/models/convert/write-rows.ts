import { quantizedParts } from '../../graph/quantized-parts';
import type { StorageType } from '../checkpoint';
import { encodeHalf } from '../half';
import { dequantize } from '../quantization/dequantize';
import { quantizeInt4, quantizeInt8 } from '../quantization/quantize';
import { repackInt4, repackInt8 } from '../quantization/repack';
import type { Storage } from './choose-storage';
import type { SafetensorsSink } from './safetensors-sink';
import type { SourceRows } from './source-rows';

/** What writing some rows cost. */
export interface RowsWritten {
  /** Σ (x - x′)² */
  squaredError: number;
  /** Σ x² */
  squaredValues: number;
}

/** Writes `count` rows from `first` on. */
type RowWriter = (first: number, count: number, rows: SourceRows) => Promise<RowsWritten>;

const nothing: RowsWritten = { squaredError: 0, squaredValues: 0 };

/** How the rows of one weight are written, in whatever order they come. */
export function rowWriter(weight: string, shape: readonly number[], storage: Storage, type: StorageType, sink: SafetensorsSink): RowWriter {
  const [, columns = 1] = shape;
  const floats = (rows: SourceRows): Float32Array => ('values' in rows ? rows.values : dequantize(type, rows.stored));
  switch (storage) {
    case 'f32':
      return async (first, _, rows) => {
        await sink.write(weight, floats(rows), first * columns * 4);
        return nothing;
      };
    case 'f16':
      return async (first, _, rows) => {
        const values = floats(rows);
        const halves = encodeHalf(values);
        await sink.write(weight, halves, first * columns * 2);
        return type === 'F16' ? nothing : difference(values, dequantize('F16', halves));
      };
    case 'int4':
    case 'int8': {
      const parts = quantizedParts(weight, storage === 'int4' ? 4 : 8);
      const rowBytes = storage === 'int4' ? columns / 2 : columns;
      return async (first, count, rows) => {
        const made = (storage === 'int4' ? quantizeInt4 : quantizeInt8)(floats(rows), count, columns);
        await sink.write(parts.integers, made.packed, first * rowBytes);
        await sink.write(parts.scales, made.scales, (first * columns) / 8);
        return { squaredError: made.squaredError, squaredValues: made.squaredValues };
      };
    }
    case 'int8-exact': {
      const parts = quantizedParts(weight, 8);
      return async (first, count, rows) => {
        const made = repackInt8(storedOf(rows), count, columns);
        await sink.write(parts.integers, made.packed, first * columns);
        await sink.write(parts.scales, made.scales, (first * columns) / 8);
        return nothing;
      };
    }
    case 'int4-exact': {
      if (type !== 'Q4_0' && type !== 'Q4_1') throw new Error(`${type} is not 4 bits a value`);
      const parts = quantizedParts(weight, 4);
      return async (first, count, rows) => {
        const made = repackInt4(type, storedOf(rows), count, columns);
        await sink.write(parts.integers, made.packed, (first * columns) / 2);
        await sink.write(parts.scales, made.scales, (first * columns) / 8);
        if (made.offsets) await sink.write(parts.offsets, made.offsets, (first * columns) / 8);
        return nothing;
      };
    }
    default:
      throw unknownStorage(storage);
  }
}

function storedOf(rows: SourceRows): Uint8Array {
  if ('stored' in rows) return rows.stored;
  throw new Error('Rows that were turned over have lost their blocks');
}

function difference(before: Float32Array, after: Float32Array): RowsWritten {
  let squaredError = 0;
  let squaredValues = 0;
  // A loop, not `forEach`: sums that a function shares with its surroundings are made anew on the heap at every value.
  for (let i = 0; i < before.length; i++) {
    const value = before[i] ?? NaN;
    const error = value - (after[i] ?? NaN);
    squaredError += error * error;
    squaredValues += value * value;
  }
  return { squaredError, squaredValues };
}

/** Takes `never`: a storage without a case above does not compile. */
function unknownStorage(storage: never): Error {
  return new Error(`No way to write ${String(storage)}`);
}
