import { InterlinearError } from '../../contract/errors';

/** A repository of models at a revision, and the one GGUF file of it that is meant where it has many. */
export interface HubId {
  /** `org/name` */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly file: string | null;
}

const part = String.raw`[A-Za-z0-9](?:[\w.-]{0,94}\w)?`;
const hubIdPattern = new RegExp(
  String.raw`^(?<repository>${part}/${part})(?:/(?<file>[\w./-]+\.gguf))?(?:@(?<revision>[\w./-]{1,200}))?$`,
  'u',
);

/** True for a path that goes nowhere but down. */
export function isPlainPath(path: string): boolean {
  return path !== '' && !path.includes('\\') && path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

/** `org/name[/file.gguf][@revision]`, or null for anything else. */
export function parseHubId(text: string): HubId | null {
  const { repository, file, revision } = hubIdPattern.exec(text)?.groups ?? {};
  if (repository === undefined || repository.includes('..') || repository.includes('--')) return null;
  if (!isPlainPath(file ?? 'none') || !isPlainPath(revision ?? 'main')) return null;
  return { repository, revision: revision ?? 'main', file: file ?? null };
}

/** @throws InterlinearError `bad-request` */
export function readHubId(text: string): HubId {
  const id = parseHubId(text);
  if (id) return id;
  throw new InterlinearError(
    'bad-request',
    `“${text.slice(0, 100)}” is not the id of a model.`,
    'Ids look like org/name or org/name@revision.',
  );
}
