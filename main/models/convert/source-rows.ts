import type { WeightSource } from '../architectures/weight-source';
import { takeOutputs } from '../architectures/take-outputs';
import type { CheckpointTensor } from '../checkpoint';
import { dequantize } from '../quantization/dequantize';

/** Rows of a weight: as the checkpoint stores them, or as floats where its order does not allow that. */
export type SourceRows = { readonly stored: Uint8Array } | { readonly values: Float32Array };

/** Tensors that were turned over, whole: they are read in slices of what are columns in the file. */
const turned = new WeakMap<CheckpointTensor, Promise<Float32Array>>();

async function wholeTurned(tensor: CheckpointTensor): Promise<Float32Array> {
  const known = turned.get(tensor);
  if (known) return known;
  const values = tensor
    .rows()
    .then((bytes) => takeOutputs(dequantize(tensor.type, bytes), { tensor: tensor.name, shape: tensor.shape, transpose: true }).values);
  turned.set(tensor, values);
  return values;
}

/**
 * Rows `first` to `first + count` of a weight, in the graph's order.
 * @param source where the weight comes from; its tensor is `tensor`
 */
export async function readMatrixRows(tensor: CheckpointTensor, source: WeightSource, first: number, count: number): Promise<SourceRows> {
  const { rows } = source;
  const start = rows === undefined || rows instanceof Uint32Array ? 0 : rows.first;
  if (source.transpose === true) {
    // Stored [input, output].
    const [inputs = 0] = tensor.shape;
    const values = await wholeTurned(tensor);
    return { values: values.slice((start + first) * inputs, (start + first + count) * inputs) };
  }
  if (tensor.shape.length < 2) {
    const { values } = takeOutputs(dequantize(tensor.type, await tensor.rows()), source);
    return { values: values.slice(first, first + count) };
  }
  if (!(rows instanceof Uint32Array)) return { stored: await tensor.rows(start + first, count) };
  return { stored: await gather(tensor, rows.subarray(first, first + count)) };
}

/** Rows in any order. They stand close together in the file (inside a head), so the run that holds them all is read at once. */
async function gather(tensor: CheckpointTensor, rows: Uint32Array): Promise<Uint8Array> {
  const lowest = rows.reduce((least, row) => Math.min(least, row), Infinity);
  const highest = rows.reduce((most, row) => Math.max(most, row), 0);
  const run = await tensor.rows(lowest, highest - lowest + 1);
  const rowBytes = run.byteLength / (highest - lowest + 1);
  const gathered = new Uint8Array(rows.length * rowBytes);
  rows.forEach((row, i) => {
    gathered.set(run.subarray((row - lowest) * rowBytes, (row - lowest + 1) * rowBytes), i * rowBytes);
  });
  return gathered;
}
