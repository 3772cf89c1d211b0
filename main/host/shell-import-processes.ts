import type { ImportChild } from './import-elsewhere';
import type { ImportOrder } from './import-messages';

/** What the engine asks of the shell, which alone can start processes: one that imports, a word to it, its end. */
export type ImportProcessRequest =
  | { readonly type: 'importStart' | 'importKill'; readonly process: number }
  | { readonly type: 'importTell'; readonly process: number; readonly order: ImportOrder };

interface Known {
  readonly heard: ((message: unknown) => void)[];
  readonly gone: (() => void)[];
}

/** Processes that import models, started by the shell, which hands on what is said. */
export class ShellImportProcesses {
  readonly #ask: (request: ImportProcessRequest) => void;
  readonly #known = new Map<number, Known>();
  #started = 0;

  constructor(ask: (request: ImportProcessRequest) => void) {
    this.#ask = ask;
  }

  start(): ImportChild {
    const process = ++this.#started;
    const known: Known = { heard: [], gone: [] };
    this.#known.set(process, known);
    this.#ask({ type: 'importStart', process });
    return {
      send: (order) => {
        this.#ask({ type: 'importTell', process, order });
      },
      onMessage: (listener) => void known.heard.push(listener),
      onGone: (listener) => void known.gone.push(listener),
      kill: () => {
        this.#ask({ type: 'importKill', process });
      },
    };
  }

  said(process: number, news: unknown): void {
    for (const listener of this.#known.get(process)?.heard ?? []) listener(news);
  }

  gone(process: number): void {
    for (const listener of this.#known.get(process)?.gone ?? []) listener();
    this.#known.delete(process);
  }
}
