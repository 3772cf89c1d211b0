import type { MessagePortLike } from './port-transport';
import type { SideProcess, SideProgram } from './side-process';

/** What the engine asks of the shell, which alone can start processes there: one that runs a program, and its end. */
type ProcessRequest =
  | { readonly type: 'startProcess'; readonly process: number; readonly program: SideProgram }
  | { readonly type: 'endProcess'; readonly process: number };

class ShellProcess implements SideProcess {
  #port: MessagePortLike | null = null;
  readonly #unsent: unknown[] = [];
  readonly #messageListeners: ((message: unknown) => void)[] = [];
  readonly #goneListeners: (() => void)[] = [];

  constructor(readonly kill: () => void) {}

  send(message: unknown): void {
    if (this.#port) this.#port.postMessage(message);
    else this.#unsent.push(message);
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
    for (const message of this.#unsent.splice(0)) port.postMessage(message);
  }

  gone(): void {
    for (const listener of this.#goneListeners) listener();
  }
}

/** Processes started by the shell and spoken to through ports of their own, so that the shell copies nothing. */
export class ShellProcesses {
  readonly #ask: (request: ProcessRequest) => void;
  readonly #processes = new Map<number, ShellProcess>();
  #started = 0;

  constructor(ask: (request: ProcessRequest) => void) {
    this.#ask = ask;
  }

  start(program: SideProgram): SideProcess {
    const process = ++this.#started;
    const started = new ShellProcess(() => {
      this.#ask({ type: 'endProcess', process });
    });
    this.#processes.set(process, started);
    this.#ask({ type: 'startProcess', process, program });
    return started;
  }

  hear(message: { readonly type: 'processStarted' | 'processGone'; readonly process: number }, port: MessagePortLike | undefined): void {
    const known = this.#processes.get(message.process);
    if (message.type === 'processStarted' && port) known?.take(port);
    if (message.type === 'processGone') {
      this.#processes.delete(message.process);
      known?.gone();
    }
  }
}
