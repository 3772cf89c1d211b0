import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InterlinearError, toErrorReport } from '../main/contract/errors';
import type { Reply } from '../main/contract/shell';

type Opened = Reply<{ trace: string }>;

/**
 * Traces handed to the app from outside (command line, double click, second instance, drop, dialog). Each is granted to
 * the window by the engine; what arrives before a window listens waits for it.
 */
export class TraceInbox {
  readonly #grant: (path: string) => Promise<string>;
  #waiting: Opened[] = [];
  #deliver: ((opened: Opened) => void) | null = null;

  /** @param grant lets the window open the bundle at an absolute path, by the id returned */
  constructor(grant: (path: string) => Promise<string>) {
    this.#grant = grant;
  }

  /** Opens a path from outside and tells the window, now or as soon as there is one. */
  async receive(path: string): Promise<void> {
    const opened = await this.#open(path);
    if (this.#deliver === null) this.#waiting.push(opened);
    else this.#deliver(opened);
  }

  /** A window listens from now on; what waited is delivered. Returns what ends it. */
  listen(deliver: (opened: Opened) => void): () => void {
    this.#deliver = deliver;
    for (const opened of this.#waiting.splice(0)) deliver(opened);
    return () => {
      if (this.#deliver === deliver) this.#deliver = null;
    };
  }

  /** @throws InterlinearError when there is no such file, or the engine cannot take it */
  async open(path: string): Promise<{ trace: string }> {
    if (path === '')
      throw new InterlinearError('bad-trace', 'What was dropped is not a file on this disk.', 'Drop an .interlinear file or folder.');
    const absolute = resolve(path);
    try {
      await stat(absolute);
    } catch (cause) {
      throw new InterlinearError('unknown-trace', `There is no trace at ${absolute}.`, 'Check the path, or open the trace from the menu.', {
        cause,
      });
    }
    return { trace: await this.#grant(absolute) };
  }

  async #open(path: string): Promise<Opened> {
    try {
      return { ok: true, value: await this.open(path) };
    } catch (error) {
      return { ok: false, error: toErrorReport(error) };
    }
  }
}
