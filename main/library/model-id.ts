import { InterlinearError } from '../contract/errors';
import { modelIdPattern } from '../models/stored-package';

/** Names Windows gives to devices; no file there may be called so. */
const deviceNames = /^(con|prn|aux|nul|com\d|lpt\d)$/u;

/** A model's id made of a name people gave it: lower case, digits and hyphens, at most 64 characters, never empty. */
export function modelIdFrom(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]+/gu, '-')
    .replaceAll(/^[-_]+/gu, '')
    .slice(0, 64)
    .replaceAll(/[-_]+$/gu, '');
  if (plain === '') return 'model';
  return deviceNames.test(plain) ? `model-${plain}` : plain;
}

/** @throws InterlinearError `unknown-model` for what can be no id, so that no path is ever made of it */
export function checkModelId(id: string): string {
  if (modelIdPattern.test(id) && !deviceNames.test(id)) return id;
  throw new InterlinearError('unknown-model', `There is no model “${id.slice(0, 100)}”.`, 'interlinear models lists what is installed.');
}

/** A name for people: one line without control characters, at most 120 characters. */
export function displayName(name: string): string {
  const line = name
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 120);
  return line === '' ? 'Model' : line;
}
