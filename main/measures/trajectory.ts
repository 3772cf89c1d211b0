import { EVD, Matrix } from 'ml-matrix';

/** A frozen PCA basis: made once from some vectors, then used for any others. */
export interface TrajectoryBasis {
  /** Length D. */
  readonly mean: Float64Array;
  /** Unit vectors of length D, most variance first. A direction without variance is the zero vector: its coordinate is 0, never noise. */
  readonly components: readonly Float64Array[];
  /** Share of the variance each component explains, 0 to 1. */
  readonly explained: readonly number[];
  /** Root mean square reconstruction error over root mean square deviation from the mean; 0 when the vectors do not vary. */
  readonly residual: number;
}

/** Relative to the largest eigenvalue, below this a direction is rounding, not variance. */
const rankTolerance = 1e-12;

/**
 * Principal components of the rows. Uses the eigenvectors of X Xᵀ [n, n] or Xᵀ X [D, D], whichever is smaller, X being centred.
 * Each component's coordinate of largest magnitude is positive, so that one run gives one picture.
 * @param vectors n >= 1 vectors of one length D
 */
export function fitTrajectoryBasis(vectors: readonly Float32Array[], count: number): TrajectoryBasis {
  const width = vectors[0]?.length ?? 0;
  if (width === 0 || vectors.some((vector) => vector.length !== width)) throw new RangeError('A basis needs vectors of one length');
  const mean = meanOf(vectors, width);
  const dual = vectors.length < width;
  const centred = new Matrix(dual ? vectors.map((vector) => Array.from(vector, (value, i) => value - (mean[i] ?? 0))) : []);
  const products = dual ? centred.mmul(centred.transpose()) : scatter(vectors, mean);
  const total = products.trace();
  const { realEigenvalues, eigenvectorMatrix } = new EVD(products, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).toSorted((a, b) => (realEigenvalues[b] ?? 0) - (realEigenvalues[a] ?? 0));
  const largest = realEigenvalues[order[0] ?? 0] ?? 0;

  const components: Float64Array[] = [];
  const explained: number[] = [];
  for (let k = 0; k < count; k++) {
    const index = order[k];
    const eigenvalue = index === undefined ? 0 : (realEigenvalues[index] ?? 0);
    if (index === undefined || total <= 0 || eigenvalue <= rankTolerance * largest) {
      components.push(new Float64Array(width));
      explained.push(0);
      continue;
    }
    const eigenvector = eigenvectorMatrix.getColumn(index);
    components.push(oriented(dual ? centred.transpose().mmul(Matrix.columnVector(eigenvector)).getColumn(0) : eigenvector));
    explained.push(eigenvalue / total);
  }
  const basis = { mean, components, explained, residual: 0 };
  return { ...basis, residual: total > 0 ? Math.sqrt(squaredError(basis, vectors) / total) : 0 };
}

/** Coordinates of a vector of length D in the basis. */
export function project(basis: TrajectoryBasis, vector: Float32Array): number[] {
  return basis.components.map((component) => {
    let sum = 0;
    for (let i = 0; i < component.length; i++) sum += (component[i] ?? 0) * ((vector[i] ?? NaN) - (basis.mean[i] ?? 0));
    return sum;
  });
}

/**
 * The vector with its coordinates in random order (Fisher-Yates): same values and norm, no structure. A picture that looks
 * alike for shuffled vectors showed nothing.
 * @param uniform numbers in [0, 1)
 */
export function shuffleCoordinates(vector: Float32Array, uniform: () => number): Float32Array {
  const shuffled = vector.slice();
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    const kept = shuffled[i] ?? NaN;
    shuffled[i] = shuffled[j] ?? NaN;
    shuffled[j] = kept;
  }
  return shuffled;
}

/** Xᵀ X [D, D] of the centred vectors: half of it is computed, the other half is the same. */
function scatter(vectors: readonly Float32Array[], mean: Float64Array): Matrix {
  const width = mean.length;
  const sums = new Float64Array(width * width);
  const centred = new Float64Array(width);
  for (const vector of vectors) {
    for (let i = 0; i < width; i++) centred[i] = (vector[i] ?? NaN) - (mean[i] ?? 0);
    for (let i = 0; i < width; i++) {
      const value = centred[i] ?? NaN;
      const row = i * width;
      for (let j = i; j < width; j++) sums[row + j] = (sums[row + j] ?? 0) + value * (centred[j] ?? NaN);
    }
  }
  return Matrix.from1DArray(
    width,
    width,
    sums.map((_, place) => {
      const [i, j] = [Math.floor(place / width), place % width];
      return sums[Math.min(i, j) * width + Math.max(i, j)] ?? NaN;
    }),
  );
}

function meanOf(vectors: readonly Float32Array[], width: number): Float64Array {
  const mean = new Float64Array(width);
  for (const vector of vectors) for (let i = 0; i < width; i++) mean[i] = (mean[i] ?? 0) + (vector[i] ?? 0) / vectors.length;
  return mean;
}

/** Unit length, coordinate of largest magnitude positive. */
function oriented(vector: readonly number[]): Float64Array {
  let largest = 0;
  let sum = 0;
  for (const value of vector) {
    sum += value * value;
    if (Math.abs(value) > Math.abs(largest)) largest = value;
  }
  const scale = Math.sign(largest) / Math.sqrt(sum);
  return Float64Array.from(vector, (value) => value * scale);
}

/** Σ over vectors of |x - x̂|², with x̂ rebuilt from the coordinates rather than inferred from the eigenvalues. */
function squaredError(basis: TrajectoryBasis, vectors: readonly Float32Array[]): number {
  let sum = 0;
  for (const vector of vectors) {
    const coordinates = project(basis, vector);
    for (let i = 0; i < vector.length; i++) {
      let rebuilt = basis.mean[i] ?? 0;
      basis.components.forEach((component, k) => (rebuilt += (coordinates[k] ?? 0) * (component[i] ?? 0)));
      sum += ((vector[i] ?? NaN) - rebuilt) ** 2;
    }
  }
  return sum;
}
