import { createStore, type StoreApi } from 'zustand/vanilla';
import { EngineClient, type RequestOptions } from '../../main/contract/client';
import { type ErrorReport, InterlinearError, toErrorReport } from '../../main/contract/errors';
import {
  type ClientMessage,
  type EngineMessage,
  protocolVersion,
  type RequestName,
  type RequestParameters,
  type RequestResult,
  type RunEvent,
  type Transport,
} from '../../main/contract/protocol';
import type { EngineStatus } from '../../main/contract/shell';

export type EngineFacts = RequestResult<'hello'>;

export interface EngineState {
  /** `ready` means that requests are answered; `lost` that they fail until another engine has started. */
  readonly state: 'starting' | 'ready' | 'lost';
  /** Why it is lost. */
  readonly reason: string;
  /** A lost engine is being replaced. */
  readonly restarting: boolean;
  /** What the engine said of itself when it was last ready. */
  readonly facts: EngineFacts | null;
}

/** What views and commands need of the engine: one request, one answer. */
export type EngineRequest = <Name extends RequestName>(
  name: Name,
  parameters: RequestParameters<Name>,
  options?: RequestOptions,
) => Promise<RequestResult<Name>>;

interface EngineListeners {
  readonly onEvents: (events: readonly RunEvent[]) => Promise<void>;
  /** The engine went away under whatever was running. */
  readonly onLost: (error: ErrorReport) => void;
  /** A new engine answers; it knows nothing of the runs before it. */
  readonly onReady: () => void;
}

/** The window's end of the engine, across restarts: each new port replaces the one before. */
export class EngineConnection {
  readonly store: StoreApi<EngineState> = createStore<EngineState>(() => ({
    state: 'starting',
    reason: '',
    restarting: false,
    facts: null,
  }));
  readonly #listeners: EngineListeners;
  #client: EngineClient | null = null;

  constructor(listeners: EngineListeners) {
    this.#listeners = listeners;
  }

  readonly request: EngineRequest = (name, parameters, options) => {
    if (this.#client !== null) return this.#client.request(name, parameters, options);
    return Promise.reject(
      new InterlinearError('engine-lost', 'The engine is not running.', 'Wait until the status bar says that it is ready.'),
    );
  };

  /** Settles when requests are answered. */
  whenReady(): Promise<void> {
    if (this.store.getState().state === 'ready') return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.store.subscribe(({ state }) => {
        if (state !== 'ready') return;
        stop();
        resolve();
      });
    });
  }

  /** Asks anew what the engine offers: models have come or gone. */
  async refresh(): Promise<void> {
    const facts = await this.request('hello', { protocol: protocolVersion });
    this.store.setState({ facts });
  }

  /** A port to a fresh engine has come. */
  async connect(transport: Transport<ClientMessage, EngineMessage>): Promise<void> {
    this.#client?.close();
    const client = new EngineClient(transport);
    this.#client = client;
    client.onEvents((events) => this.#listeners.onEvents(events));
    client.onLost((error) => {
      if (this.#client === client) this.#lose(error, true);
    });
    try {
      const facts = await client.request('hello', { protocol: protocolVersion });
      this.store.setState({ state: 'ready', reason: '', restarting: false, facts });
      this.#listeners.onReady();
    } catch (thrown) {
      if (this.#client === client) this.#lose(toErrorReport(thrown), false);
    }
  }

  /** The shell is about to replace this engine, as it was asked to: what is under way fails, and the next one is waited for. */
  leave(): void {
    const client = this.#client;
    this.#client = null;
    this.store.setState({ state: 'starting', reason: '', restarting: false });
    client?.close();
  }

  /** What the shell's supervisor says of the process; whether requests are answered is known here first. */
  supervise(status: EngineStatus): void {
    if (status.state === 'lost')
      this.#lose({ code: 'engine-lost', message: status.reason, hint: 'What had been computed is kept. Run again.' }, status.restarting);
    if (status.state === 'starting' && this.store.getState().state === 'lost') this.store.setState({ restarting: true });
  }

  #lose(error: ErrorReport, restarting: boolean): void {
    this.#client = null;
    this.store.setState({ state: 'lost', reason: error.message, restarting });
    this.#listeners.onLost(error);
  }
}
