import { InterlinearError } from '../contract/errors';
import { traceSchemaVersion } from '../contract/trace';

export const badTraceHint = 'The trace is damaged: copy it again from where it came from, or run the prompt again.';

/** A file of a bundle that does not hold what it must. */
export function badTrace(file: string, what: string, cause?: unknown): InterlinearError {
  return new InterlinearError('bad-trace', `${file}: ${what}`, badTraceHint, { cause });
}

export function newerTrace(schema: number): InterlinearError {
  return new InterlinearError(
    'newer-trace',
    `This trace was recorded with schema ${schema}; this version of Interlinear reads schema ${traceSchemaVersion} and earlier`,
    'Update Interlinear to open it.',
  );
}
