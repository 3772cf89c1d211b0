import { InterlinearError } from '../contract/errors';

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const hints: Readonly<Record<string, string>> = {
  EACCES: 'Choose a folder you may write to, or change its permissions.',
  EPERM: 'Choose a folder you may write to, or change its permissions.',
  EROFS: 'This disk is read-only: choose another folder.',
  ENOENT: 'The folder is not there any more: choose another.',
  EEXIST: 'Something with this name is already there: choose another name or delete it first.',
  EMFILE: 'Too many files are open: close other programs and try again.',
};

/**
 * What the file system refused, as an error the user can act on; anything else (a defect, an error that already has a code) unchanged.
 * @param action what was being done, to follow "Could not": `write steps.parquet`
 */
export function diskError(thrown: unknown, action: string): unknown {
  if (thrown instanceof InterlinearError || !(thrown instanceof Error) || !('code' in thrown) || !('syscall' in thrown)) return thrown;
  const code = String(thrown.code);
  if (fullCodes.has(code)) {
    return new InterlinearError('disk-full', `Could not ${action}: the disk is full`, 'Free some space, then run again.', {
      cause: thrown,
    });
  }
  const hint = hints[code] ?? 'Check the disk, or choose another folder.';
  return new InterlinearError('disk-error', `Could not ${action}: ${thrown.message}`, hint, { cause: thrown });
}
