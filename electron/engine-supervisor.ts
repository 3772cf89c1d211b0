import type { EngineStatus } from '../main/contract/shell';
import type { RestartBudget } from './restart-budget';

/** The engine process, as far as its supervisor needs to know it. */
export interface EngineChild<Port> {
  send(message: unknown, ports?: readonly Port[]): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, when the process has ended; `reason` is a sentence. */
  onGone(listener: (reason: string) => void): void;
  kill(): void;
}

export interface SupervisorSettings<Port> {
  readonly fork: () => EngineChild<Port>;
  /** The first message every new process gets. */
  readonly init: unknown;
  readonly isReady: (message: unknown) => boolean;
  readonly budget: RestartBudget;
  /** Milliseconds a process may take to say that it is ready. */
  readonly startLimit: number;
  /** `setTimeout`, and its `clearTimeout` as the function returned. */
  readonly after: (milliseconds: number, then: () => void) => () => void;
}

/**
 * Owns the engine process: starting → ready → lost(reason), and back to starting while the budget lasts. Killing the
 * process at any moment leads to one of these states, never to none.
 */
export class EngineSupervisor<Port> {
  readonly #settings: SupervisorSettings<Port>;
  readonly #listeners = new Set<(status: EngineStatus) => void>();
  #child: EngineChild<Port> | null = null;
  #status: EngineStatus = { state: 'lost', reason: 'The engine was not started.', restarting: false };
  #stopped = false;

  constructor(settings: SupervisorSettings<Port>) {
    this.#settings = settings;
  }

  get status(): EngineStatus {
    return this.#status;
  }

  /** Called on every change from now on. Returns its unsubscribe. */
  onStatus(listener: (status: EngineStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Starts a process by hand when none runs or is on its way; restarts count from zero again. */
  start(): void {
    if (this.#child !== null || this.#stopped) return;
    this.#settings.budget.clear();
    this.#fork();
  }

  /** Ends the process and starts another, because it was asked for: this is no loss, and does not count as one. */
  restart(): void {
    if (this.#stopped) return;
    const child = this.#child;
    // Nothing it says from now on is heard.
    this.#child = null;
    child?.kill();
    this.#fork();
  }

  /** Gives a port to the engine. @returns false when the engine is not ready; the port is then still the caller's. */
  connect(message: unknown, port: Port): boolean {
    if (this.#status.state !== 'ready' || this.#child === null) return false;
    this.#child.send(message, [port]);
    return true;
  }

  /** Ends the process for good: the app is closing. */
  stop(): void {
    this.#stopped = true;
    this.#child?.kill();
  }

  #fork(): void {
    this.#change({ state: 'starting' });
    const child = this.#settings.fork();
    this.#child = child;
    let late = false;
    const cancelLimit = this.#settings.after(this.#settings.startLimit, () => {
      late = true;
      child.kill();
    });
    child.onMessage((message) => {
      if (child !== this.#child || this.#status.state !== 'starting' || !this.#settings.isReady(message)) return;
      cancelLimit();
      this.#change({ state: 'ready' });
    });
    child.onGone((reason) => {
      cancelLimit();
      if (child === this.#child)
        this.#lose(late ? `The engine did not start within ${Math.round(this.#settings.startLimit / 1000)} seconds.` : reason);
    });
    child.send(this.#settings.init);
  }

  #lose(reason: string): void {
    this.#child = null;
    if (this.#stopped) return;
    const restarting = this.#settings.budget.take();
    this.#change({ state: 'lost', reason, restarting });
    // A listener may have started a new process already.
    if (restarting && this.#child === null) this.#fork();
  }

  #change(status: EngineStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }
}
