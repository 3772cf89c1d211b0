import type { Kernels } from './kernels';

/** Rows in the kernels' memory, [rows, width]. */
export interface Rows {
  readonly from: number;
  readonly rows: number;
  readonly width: number;
}

/**
 * Orthonormal directions, [count, width], in which most of some rows lies: one step of subspace iteration from rows that are evenly apart.
 * A direction is zero where there are not so many.
 * @source N. Halko, P.-G. Martinsson, J. Tropp, Finding structure with randomness (2011), section 4.5
 */
export function mainDirections(kernels: Kernels, of: Rows, count: number): Float32Array {
  const { from, rows, width } = of;
  const used = Math.min(count, rows);
  const directions = new Float32Array(count * width);
  for (let index = 0; index < used; index++) {
    const row = Math.floor((index * rows) / used);
    directions.set(kernels.memory.floats(from + 4 * row * width, width), index * width);
  }
  const next = iterated(kernels, of, directions);
  orthonormalize(next, width);
  return next;
}

/** How much of the squares of some rows lies in none of some orthonormal directions, 0 to 1. */
export function shareOutside(kernels: Kernels, of: Rows, directions: Float32Array): number {
  const { from, rows, width } = of;
  const all = kernels.memory.floats(from, rows * width);
  return Math.max(0, 1 - dot(iterated(kernels, of, directions), directions) / dot(all, all));
}

/** What the product of the rows' transpose, the rows and each direction is. */
function iterated(kernels: Kernels, of: Rows, directions: Float32Array): Float32Array {
  const { memory } = kernels;
  const [at, to] = [memory.allocate(directions.byteLength), memory.allocate(directions.byteLength)];
  memory.floats(at, directions.length).set(directions);
  const args = kernels.prepare('iterateSubspace', { ...of, directions: at, to });
  kernels.run('iterateSubspace', args, directions.length / of.width);
  const result = Float32Array.from(memory.floats(to, directions.length));
  for (const place of [args, at, to]) memory.free(place);
  return result;
}

/** Less than so much of a row that is left when the others' part is taken away is rounding. */
const least = 1e-4;

/** Gram-Schmidt, in place; what others make up is zero. */
function orthonormalize(rows: Float32Array, width: number): void {
  const row = (index: number): Float32Array => rows.subarray(index * width, (index + 1) * width);
  for (let index = 0; index < rows.length / width; index++) {
    const one = row(index);
    const before = Math.sqrt(dot(one, one));
    for (let other = 0; other < index; other++) add(one, row(other), -dot(one, row(other)));
    const after = Math.sqrt(dot(one, one));
    const factor = after > least * before ? 1 / after : 0;
    for (let i = 0; i < width; i++) one[i] = (one[i] ?? 0) * factor;
  }
}

/** In four sums, which do not wait for each other. @param a of a length that is a multiple of four */
function dot(a: Float32Array, b: Float32Array): number {
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i += 4) {
    first += (a[i] ?? 0) * (b[i] ?? 0);
    second += (a[i + 1] ?? 0) * (b[i + 1] ?? 0);
    third += (a[i + 2] ?? 0) * (b[i + 2] ?? 0);
    fourth += (a[i + 3] ?? 0) * (b[i + 3] ?? 0);
  }
  return first + second + third + fourth;
}

function add(to: Float32Array, from: Float32Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] ?? 0) + (from[i] ?? 0) * factor;
}
