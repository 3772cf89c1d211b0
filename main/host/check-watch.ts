import type { Doing } from '../contract/doing';
import { InterlinearError } from '../contract/errors';
import type { Decoder, LoadedModel } from '../runtime/decoder';

/** How a check is followed, and given up. */
export interface CheckWatch {
  readonly onDoing: (doing: Doing) => void;
  readonly signal: AbortSignal;
}

/** A check no one looks at runs to its end. */
export const unwatched: CheckWatch = { onDoing: () => undefined, signal: new AbortController().signal };

/** What a check that was given up fails with. */
export function checkStopped(): InterlinearError {
  return new InterlinearError('cancelled', 'The check was stopped.', 'What was found before stays.');
}

/** @throws InterlinearError `cancelled` */
export function throwIfStopped({ signal }: CheckWatch): void {
  if (signal.aborted) throw checkStopped();
}

/** What a decoder does in one pass. Nothing of ours is heard while one is computed. */
const passNames: ReadonlySet<PropertyKey> = new Set<keyof Decoder>(['prefill', 'step', 'full', 'lenses']);

/**
 * A model whose passes are counted, and of which none begins once the check is given up: it fails with `cancelled` instead. What compares
 * passes may take that failure for one of the model's, so whoever asked looks at the signal again.
 * @param before called before each pass, with its number from 1
 */
export function watchedModel(model: LoadedModel, watch: CheckWatch, before?: (pass: number) => Promise<void>): LoadedModel {
  let passes = 0;
  const decoder = new Proxy(model.decoder, {
    get: (target, name): unknown => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (!passNames.has(name)) return value.bind(target) as unknown;
      return async (...parameters: unknown[]): Promise<unknown> => {
        throwIfStopped(watch);
        await before?.(++passes);
        return Reflect.apply(value, target, parameters) as unknown;
      };
    },
  });
  return { ...model, decoder };
}
