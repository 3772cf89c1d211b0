import type { Activation, NormalizationSpec } from '../../graph/decoder-spec';

/**
 * Adds the products of T vectors with some rows of a matrix to where they belong: out[t, first + n] = Σ x[t, k] · rows[n, k].
 * Four vectors at a time, so that a row is loaded once for all of them.
 * @param x [T, K] @param rows [count, K] @param out [T, N]
 */
export function multiplyRows(
  x: Float64Array,
  rows: Float32Array,
  { first, inputs }: { readonly first: number; readonly inputs: number },
  out: Float64Array,
): void {
  const positions = x.length / inputs;
  const outputs = out.length / positions;
  const count = rows.length / inputs;
  for (let n = 0; n < count; n++) {
    const row = n * inputs;
    const place = first + n;
    let t = 0;
    for (; t + 4 <= positions; t += 4) {
      const a = t * inputs;
      const b = a + inputs;
      const c = b + inputs;
      const d = c + inputs;
      let sumA = 0;
      let sumB = 0;
      let sumC = 0;
      let sumD = 0;
      for (let k = 0; k < inputs; k++) {
        const weight = rows[row + k] ?? NaN;
        sumA += weight * (x[a + k] ?? NaN);
        sumB += weight * (x[b + k] ?? NaN);
        sumC += weight * (x[c + k] ?? NaN);
        sumD += weight * (x[d + k] ?? NaN);
      }
      out[t * outputs + place] = sumA;
      out[(t + 1) * outputs + place] = sumB;
      out[(t + 2) * outputs + place] = sumC;
      out[(t + 3) * outputs + place] = sumD;
    }
    for (; t < positions; t++) {
      let sum = 0;
      for (let k = 0; k < inputs; k++) sum += (rows[row + k] ?? NaN) * (x[t * inputs + k] ?? NaN);
      out[t * outputs + place] = sum;
    }
  }
}

/** Every run of `scale.length` numbers of `x` normalised by itself. @param bias where the kind has one */
export function normalizeRuns(
  x: Float64Array,
  { kind, epsilon }: NormalizationSpec,
  scale: Float32Array,
  bias: Float32Array | null,
): Float64Array {
  const size = scale.length;
  const result = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += size) {
    const run = x.subarray(start, start + size);
    const mean = kind === 'layer' ? run.reduce((sum, value) => sum + value, 0) / size : 0;
    const variance = run.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    run.forEach((value, i) => {
      result[start + i] = (value - mean) * inverse * (scale[i] ?? NaN) + (bias?.[i] ?? 0);
    });
  }
  return result;
}

/**
 * Error function, by a series without cancellation: erf(x) = 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!.
 * @source Abramowitz and Stegun, “Handbook of Mathematical Functions”, 7.1.6
 */
function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

export function activate(x: number, activation: Activation): number {
  switch (activation) {
    case 'silu':
      return x / (1 + Math.exp(-x));
    case 'gelu':
      return (x / 2) * (1 + errorFunction(x / Math.SQRT2));
    case 'gelu-tanh':
      return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
  }
}
