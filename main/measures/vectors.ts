/** Euclidean norm. */
export function norm(vector: Float32Array): number {
  return Math.sqrt(dot(vector, vector));
}

/** Inner product of two vectors of one length. */
export function dot(a: Float32Array, b: Float32Array): number {
  // Two sums: an addition need not wait for the one before it.
  const even = a.length & ~1;
  let [first, second] = [0, 0];
  for (let i = 0; i < even; i += 2) {
    first += (a[i] ?? NaN) * (b[i] ?? NaN);
    second += (a[i + 1] ?? NaN) * (b[i + 1] ?? NaN);
  }
  if (even < a.length) first += (a[even] ?? NaN) * (b[even] ?? NaN);
  return first + second;
}

/** Cosine of the angle between two vectors; NaN when either has no direction. */
export function cosine(a: Float32Array, b: Float32Array): number {
  return dot(a, b) / (norm(a) * norm(b));
}

/** Euclidean norm of the difference over that of the reference; Infinity for two lengths or numbers that are none. */
export function relativeDifference(read: Float32Array, reference: Float32Array): number {
  if (read.length !== reference.length) return Infinity;
  let difference = 0;
  for (let i = 0; i < read.length; i++) difference += ((read[i] ?? NaN) - (reference[i] ?? NaN)) ** 2;
  const size = norm(reference);
  if (difference === 0) return 0;
  const relative = Math.sqrt(difference) / size;
  return Number.isNaN(relative) ? Infinity : relative;
}

/** Largest absolute difference; anything that is not a number on one side only, or two lengths, differs by Infinity. */
export function maximumAbsoluteDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let maximum = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? NaN;
    const y = b[i] ?? NaN;
    if (Object.is(x, y)) continue;
    const difference = Math.abs(x - y);
    if (Number.isNaN(difference)) return Infinity;
    if (difference > maximum) maximum = difference;
  }
  return maximum;
}
