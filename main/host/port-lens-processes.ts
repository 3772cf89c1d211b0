import type { LensChild } from './lens-service';
import type { LensQuestion } from './lens-messages';
import type { MessagePortLike } from './port-transport';

/** What the engine asks of the shell, which alone can start processes: one that reads lenses, and its end. */
type LensRequest = { readonly type: 'lens' | 'endLens'; readonly lens: number };

class PortLensProcess implements LensChild {
  #port: MessagePortLike | null = null;
  readonly #unsent: LensQuestion[] = [];
  readonly #messageListeners: ((message: unknown) => void)[] = [];
  readonly #goneListeners: (() => void)[] = [];

  constructor(readonly kill: () => void) {}

  send(question: LensQuestion): void {
    if (this.#port) this.#port.postMessage(question);
    else this.#unsent.push(question);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#messageListeners.push(listener);
  }

  onGone(listener: () => void): void {
    this.#goneListeners.push(listener);
  }

  take(port: MessagePortLike): void {
    this.#port = port;
    port.on('message', ({ data }) => {
      for (const listener of this.#messageListeners) listener(data);
    });
    port.start();
    for (const question of this.#unsent.splice(0)) port.postMessage(question);
  }

  gone(): void {
    for (const listener of this.#goneListeners) listener();
  }
}

/** Processes that read lenses, started by the shell and spoken to through ports of their own, so that the shell copies nothing. */
export class PortLensProcesses {
  readonly #say: (request: LensRequest) => void;
  readonly #processes = new Map<number, PortLensProcess>();
  #started = 0;

  constructor(say: (request: LensRequest) => void) {
    this.#say = say;
  }

  start(): LensChild {
    const lens = ++this.#started;
    const started = new PortLensProcess(() => {
      this.#say({ type: 'endLens', lens });
    });
    this.#processes.set(lens, started);
    this.#say({ type: 'lens', lens });
    return started;
  }

  hear(message: { readonly type: 'lensStarted' | 'lensGone'; readonly lens: number }, port: MessagePortLike | undefined): void {
    const known = this.#processes.get(message.lens);
    if (message.type === 'lensStarted' && port) known?.take(port);
    if (message.type === 'lensGone') {
      this.#processes.delete(message.lens);
      known?.gone();
    }
  }
}
