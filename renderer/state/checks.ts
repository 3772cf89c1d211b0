import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RequestOptions } from '../../main/contract/client';
import { type Doing, doingText } from '../../main/contract/doing';
import { InterlinearError } from '../../main/contract/errors';
import type { Device } from '../../main/contract/devices';

/** A model that is verified, or compared with its reference on a device. */
export interface CheckOf {
  readonly model: string;
  /** Null where its files are compared too. */
  readonly device: Device | null;
}

/** A check under way. */
export interface Check extends CheckOf {
  /** What the engine last said it does; null before it has said anything. */
  readonly doing: Doing | null;
  /** It was given up: the engine stops after the pass under way. */
  readonly stopping: boolean;
}

const keyOf = ({ model, device }: CheckOf): string => `${model}/${device ?? ''}`;

/** What the engine checks for this window: how far each is, and the way to stop it. */
export class Checks {
  readonly store: StoreApi<{ readonly running: ReadonlyMap<string, Check> }> = createStore(() => ({ running: new Map<string, Check>() }));
  readonly #aborts = new Map<string, AbortController>();

  /**
   * Follows a check, unless the same one is under way.
   * @param ask the engine, with these options
   * @returns its answer, or null where it was stopped, or was under way
   */
  async follow<T>(of: CheckOf, ask: (options: RequestOptions) => Promise<T>): Promise<T | null> {
    const key = keyOf(of);
    if (this.#aborts.has(key)) return null;
    const abort = new AbortController();
    this.#aborts.set(key, abort);
    this.#set(key, { ...of, doing: null, stopping: false });
    try {
      return await ask({ signal: abort.signal, onDoing: (doing) => this.#set(key, { ...of, doing, stopping: abort.signal.aborted }) });
    } catch (thrown) {
      if (thrown instanceof InterlinearError && thrown.code === 'cancelled') return null;
      throw thrown;
    } finally {
      this.#aborts.delete(key);
      this.store.setState(({ running }) => ({ running: new Map([...running].filter(([other]) => other !== key)) }));
    }
  }

  /** Gives a check up; what was found before stays. */
  stop(of: CheckOf): void {
    const key = keyOf(of);
    const check = this.store.getState().running.get(key);
    this.#aborts.get(key)?.abort();
    if (check !== undefined) this.#set(key, { ...check, stopping: true });
  }

  /** Gives up all that are under way. @returns whether there were any */
  stopAll(): boolean {
    const running = [...this.store.getState().running.values()];
    for (const check of running) this.stop(check);
    return running.length > 0;
  }

  #set(key: string, check: Check): void {
    this.store.setState(({ running }) => ({ running: new Map([...running, [key, check]]) }));
  }
}

/** The check of a model on a device, or of its files too, if one is under way. */
export function checkOf(running: ReadonlyMap<string, Check>, of: CheckOf): Check | undefined {
  return running.get(keyOf(of));
}

/** "Comparing it with its reference: pass 3 of 12" */
export function checkText({ doing, stopping }: Check): string {
  if (stopping) return 'Stopping after the pass under way…';
  return doing === null ? 'Asking the engine…' : doingText(doing);
}
