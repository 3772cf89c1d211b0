import { availableParallelism } from 'node:os';
import { InterlinearError } from '../contract/errors';
import { mostThreads } from '../kernels/most-threads';

const variable = 'INTERLINEAR_THREADS';

/**
 * Threads to compute with: as many as the environment says, or else as many as the system gives and kernels can use.
 * @throws InterlinearError `bad-request` where the environment says something else
 */
export function threadCount(environment: NodeJS.ProcessEnv = process.env): number {
  const said = environment[variable] ?? '';
  if (said === '') return Math.min(availableParallelism(), mostThreads);
  const count = Number(said);
  if (Number.isInteger(count) && count >= 1 && count <= mostThreads) return count;
  throw new InterlinearError(
    'bad-request',
    `${variable} is “${said}”.`,
    `Set it to a whole number from 1 to ${mostThreads}, or leave it out.`,
  );
}
