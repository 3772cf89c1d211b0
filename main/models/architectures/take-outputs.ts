import type { WeightSource } from './weight-source';

/** Values as the graph wants them, matrices [output, input]. */
export interface TakenValues {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column] ?? 0;
  }
  return result;
}

/**
 * What a source makes of the values of its tensor.
 * @param stored all values of the tensor, of the source's shape; returned as they are where nothing is to be done
 */
export function takeOutputs(stored: Float32Array, { shape, transpose, rows }: WeightSource): TakenValues {
  const [first = 1, second = 1] = shape;
  const turned = transpose ? { values: transposed(stored, first, second), shape: [second, first] } : { values: stored, shape };
  if (!rows) return turned;
  const [, ...inputs] = turned.shape;
  const width = inputs[0] ?? 1;
  if (!(rows instanceof Uint32Array)) {
    return { shape: [rows.count, ...inputs], values: turned.values.subarray(rows.first * width, (rows.first + rows.count) * width) };
  }
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    values.set(turned.values.subarray(row * width, (row + 1) * width), i * width);
  });
  return { shape: [rows.length, ...inputs], values };
}
