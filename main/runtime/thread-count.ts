import { availableParallelism } from 'node:os';
import { InterlinearError } from '../contract/errors';

const variable = 'INTERLINEAR_THREADS';
const most = 1024;

/**
 * Threads to compute with: as many as the environment says, or else as many as the system gives.
 * @throws InterlinearError `bad-request` where the environment says something else
 */
export function threadCount(environment: NodeJS.ProcessEnv = process.env): number {
  const said = environment[variable] ?? '';
  if (said === '') return availableParallelism();
  const count = Number(said);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new InterlinearError('bad-request', `${variable} is “${said}”.`, `Set it to a whole number from 1 to ${most}, or leave it out.`);
}
