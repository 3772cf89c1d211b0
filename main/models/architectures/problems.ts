import { InterlinearError } from '../../contract/errors';

/** Where a description was read, for messages. */
export type Place = 'config.json' | 'GGUF metadata';

export const contradiction = 'The configuration contradicts itself: take it from where the model came from.';

export const unreadable = (place: Place, message: string, hint: string): InterlinearError =>
  new InterlinearError('bad-model', `${place}: ${message}`, hint);

export const notSupported = (place: Place, message: string): InterlinearError =>
  new InterlinearError('unsupported', `${place}: ${message}`, 'Take a model without it, or another version of this one.');
