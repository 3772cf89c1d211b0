import type { Doing } from '../contract/doing';
import { type CheckWatch, checkStopped } from './check-watch';

/** Runs work when no run needs the processor; fails with `cancelled` at once where it is given up before its turn. */
export type InTurn = <T>(work: () => Promise<T>, watch: CheckWatch) => Promise<T>;

const waiting: Doing = { what: 'Waiting until no run needs the processor', pass: null, passes: null };

/** @param enqueue runs work behind all that came before it */
export function inTurnOf(enqueue: <T>(work: () => Promise<T>) => Promise<T>): InTurn {
  return async <T>(work: () => Promise<T>, { signal, onDoing }: CheckWatch): Promise<T> =>
    new Promise((resolve, reject) => {
      let begun = false;
      const giveUp = (): void => {
        if (!begun) reject(checkStopped());
      };
      if (signal.aborted) giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      onDoing(waiting);
      enqueue(async () => {
        begun = true;
        if (signal.aborted) throw checkStopped();
        return work();
      }).then(resolve, reject);
    });
}
