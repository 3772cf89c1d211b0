import { setImmediate } from 'node:timers/promises';
import { InterlinearError } from '../contract/errors';
import type { Trajectory } from '../contract/protocol';
import { fitTrajectoryBasis, project, shuffleCoordinates } from '../measures/trajectory';
import { norm } from '../measures/vectors';
import { randomStream } from '../runtime/random';
import type { RunSource } from './run-source';

/** One branch to be shown, with the run that holds it. */
interface TrajectoryBranch {
  /** The id it was asked for by: a reopened run has another than the one in its trace. */
  readonly run: string;
  readonly source: RunSource;
  readonly lane: number;
  readonly branch: number;
}

/** Vectors a basis is fitted to at the most; the engine answers nobody meanwhile, and more hardly turn it. */
const mostFitted = 4096;

/**
 * Projects one residual stream of every step of the given branches into one PCA basis fitted to all of them (evenly spaced ones, where
 * there are thousands), so that distances between lanes mean something.
 * @param settings.stream 0 = embeddings, L = after the last layer
 * @param settings.scale `unit` divides each vector by its root mean square first
 */
export async function measureTrajectory(
  branches: readonly TrajectoryBranch[],
  { stream, components, scale }: { readonly stream: number; readonly components: 2 | 3; readonly scale: 'unit' | 'raw' },
): Promise<Trajectory> {
  const paths = [];
  for (const { run, source, lane, branch } of branches) {
    const vectors: Float32Array[] = [];
    // One after the other, and of each step the one stream alone: a long run's tensors are larger than memory.
    for (const step of source.indices(lane, branch)) {
      const { data } = await source.tap(lane, branch, step, 'residual', stream);
      vectors.push(scale === 'unit' ? overRootMeanSquare(data) : data);
      if (vectors.length % 256 === 0) await setImmediate();
    }
    paths.push({ run, source, lane, branch, vectors });
  }
  const vectors = paths.flatMap((path) => path.vectors);
  if (new Set(vectors.map(({ length }) => length)).size > 1)
    throw new InterlinearError('unsupported', 'Hidden states of different width have no basis in common.', 'Show lanes of one model.');
  if (vectors.length === 0) return { stream, components, explained: [], residual: 0, vectors: 0, paths: [] };
  const basis = fitTrajectoryBasis(evenly(vectors, mostFitted), components);
  const projected = [];
  for (const { run, source, lane, branch, vectors: own } of paths) {
    const uniform = randomStream(source.info.request.seed, lane, branch);
    const points = new Float32Array(own.length * components);
    const shuffled = new Float32Array(own.length * components);
    for (const [step, vector] of own.entries()) {
      points.set(project(basis, vector), step * components);
      shuffled.set(project(basis, shuffleCoordinates(vector, uniform)), step * components);
      if (step % 256 === 255) await setImmediate();
    }
    projected.push({ run, lane, branch, points, shuffled });
  }
  return { stream, components, explained: [...basis.explained], residual: basis.residual, vectors: vectors.length, paths: projected };
}

/** At most so many of the vectors, evenly spaced. */
function evenly<T>(vectors: readonly T[], most: number): readonly T[] {
  const stride = Math.ceil(vectors.length / most);
  return stride <= 1 ? vectors : vectors.filter((_, i) => i % stride === 0);
}

/** What RMSNorm sees of a vector, before its learned scale; a zero vector stays as it is. */
function overRootMeanSquare(vector: Float32Array): Float32Array {
  const rootMeanSquare = norm(vector) / Math.sqrt(vector.length);
  return rootMeanSquare === 0 ? vector : vector.map((value) => value / rootMeanSquare);
}
