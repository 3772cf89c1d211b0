import { InterlinearError } from '../main/contract/errors';

/** A failed write in the words of the contract: a full disk is told from the rest, because it has another remedy. */
export function diskError(what: string, cause: unknown): InterlinearError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new InterlinearError('disk-full', `${what} could not be saved: the disk is full.`, 'Free some space and save again.', { cause });
  }
  return new InterlinearError(
    'disk-error',
    `${what} could not be saved: ${reason}`,
    'Choose another folder, or check that this one may be written to.',
    { cause },
  );
}
