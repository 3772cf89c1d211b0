import type { WeightName } from '../../graph/decoder-spec';
import type { WeightSource } from '../architectures/weight-source';
import type { Checkpoint } from '../checkpoint';
import { readMatrixRows } from '../convert/source-rows';
import { encodeHalf } from '../half';
import { dequantize } from '../quantization/dequantize';
import { quantizeInt4, quantizeInt8 } from '../quantization/quantize';
import { unpackInt4, unpackInt8 } from '../quantization/unpack';
import type { PlainWeights } from './plain-forward';

interface SourceValuesOptions {
  /** How the import writes a weight: where it rounds to fewer bits, the values are rounded here too. */
  readonly storageOf?: (name: WeightName) => string;
  /** Told of every piece read from the checkpoint; what it throws ends the reading. */
  readonly onRead?: (bytes: number) => void;
}

/**
 * A checkpoint's own numbers, read from it and not from what an import wrote. How far rounding moves each matrix is said by the import's
 * report; what is left to compare is whether the model computes with the numbers it should.
 */
export function sourceValues(
  { tensors }: Checkpoint,
  sources: ReadonlyMap<WeightName, WeightSource>,
  { storageOf, onRead }: SourceValuesOptions = {},
): PlainWeights {
  return async (name, first, count) => {
    const source = sources.get(name);
    const tensor = source && tensors.get(source.tensor);
    if (!tensor) throw new Error(`Nothing says where the weight '${name}' comes from`);
    const rows = await readMatrixRows(tensor, source, first, count);
    onRead?.('values' in rows ? rows.values.byteLength : rows.stored.byteLength);
    const values = 'values' in rows ? rows.values : dequantize(tensor.type, rows.stored);
    return storageOf ? rounded(values, count, storageOf(name)) : values;
  };
}

function rounded(values: Float32Array, rows: number, storage: string): Float32Array {
  const columns = values.length / rows;
  switch (storage) {
    case 'f16':
      return dequantize('F16', encodeHalf(values));
    case 'int4':
      return unpackInt4(quantizeInt4(values, rows, columns));
    case 'int8':
      return unpackInt8(quantizeInt8(values, rows, columns));
    default:
      return values;
  }
}
