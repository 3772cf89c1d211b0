import type { Doing } from './doing';
import { InterlinearError, type ErrorReport } from './errors';
import type { LoadProgress } from './load-progress';
import {
  type ClientMessage,
  type EngineMessage,
  type RequestName,
  type RequestParameters,
  type RequestResult,
  type RunEvent,
  type Transport,
  engineMessageSchema,
  requests,
} from './protocol';
import { withKnownVocabularies } from './vocabularies';

/** Takes in one frame of events; the frame is acknowledged when the promise settles, so the engine never outruns it. */
export type EventListener = (events: readonly RunEvent[]) => void | Promise<void>;

/** How the one who asks follows a request, and gives it up. */
export interface RequestOptions {
  /** Told of models that are loaded before the request can be answered. */
  readonly onLoad?: (progress: LoadProgress) => void;
  /** Told what is being done, where that takes minutes. */
  readonly onDoing?: (doing: Doing) => void;
  /** Gives up a request that takes minutes: it fails with `cancelled` when the engine has stopped, or is answered where it was too late. */
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: InterlinearError) => void;
  readonly options: RequestOptions;
}

/** The client's end of the protocol, over any transport. After the transport closes every request fails with `engine-lost`. */
export class EngineClient {
  readonly #transport: Transport<ClientMessage, EngineMessage>;
  readonly #pending = new Map<number, Pending>();
  readonly #eventListeners = new Set<EventListener>();
  readonly #lostListeners = new Set<(error: ErrorReport) => void>();
  /** Vocabularies of runs, by the engine's names for them: all runs of a model have one in common. */
  readonly #vocabularies = new Map<string, string[]>();
  #nextId = 0;
  #nextSequence = 0;
  #lost: InterlinearError | null = null;

  constructor(transport: Transport<ClientMessage, EngineMessage>) {
    this.#transport = transport;
    transport.onMessage((message) => {
      this.#receive(message);
    });
    transport.onClose(() => {
      this.#lose(
        new InterlinearError('engine-lost', 'The connection to the engine closed.', 'The engine is restarted by itself; run again.'),
      );
    });
  }

  /** @throws InterlinearError with the engine's code, or `engine-lost`. */
  async request<Name extends RequestName>(
    name: Name,
    parameters: RequestParameters<Name>,
    options: RequestOptions = {},
  ): Promise<RequestResult<Name>> {
    if (this.#lost) throw this.#lost;
    const id = this.#nextId++;
    const giveUp = (): void => {
      if (this.#pending.has(id)) this.#transport.send({ type: 'cancel', id });
    };
    const answer = await new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, options });
      this.#transport.send({ type: 'request', id, name, parameters });
      if (options.signal?.aborted === true) giveUp();
      else options.signal?.addEventListener('abort', giveUp);
    }).finally(() => options.signal?.removeEventListener('abort', giveUp));
    const parsed = requests[name].result.safeParse(answer);
    if (!parsed.success)
      throw new InterlinearError('internal', `The engine's answer to ${name} has an unexpected shape.`, parsed.error.message);
    return parsed.data as RequestResult<Name>;
  }

  /** Returns its unsubscribe. */
  onEvents(listener: EventListener): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /** Called once, when the connection is gone. Returns its unsubscribe. */
  onLost(listener: (error: ErrorReport) => void): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  close(): void {
    this.#fail(new InterlinearError('engine-lost', 'The connection to the engine was closed.'));
  }

  #receive(raw: unknown): void {
    const parsed = engineMessageSchema.safeParse(raw);
    if (!parsed.success) {
      this.#fail(new InterlinearError('internal', 'The engine sent a message of unknown shape.', parsed.error.message));
      return;
    }
    const message = parsed.data;
    switch (message.type) {
      case 'result':
        this.#settle(message.id, (pending) => {
          pending.resolve(message.result);
        });
        return;
      case 'error':
        if (message.id === null) {
          this.#fail(InterlinearError.from(message.error));
          return;
        }
        this.#settle(message.id, (pending) => {
          pending.reject(InterlinearError.from(message.error));
        });
        return;
      case 'progress':
        this.#pending.get(message.id)?.options.onLoad?.(message.progress);
        return;
      case 'doing':
        this.#pending.get(message.id)?.options.onDoing?.(message.doing);
        return;
      case 'vocabulary':
        this.#vocabularies.set(message.name, message.texts);
        return;
      case 'events':
        void this.#takeIn(message.sequence, message.events);
        return;
    }
  }

  #settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    how(pending);
  }

  async #takeIn(sequence: number, events: readonly RunEvent[]): Promise<void> {
    if (sequence !== this.#nextSequence) {
      this.#fail(
        new InterlinearError(
          'stream-gap',
          `Event frame ${this.#nextSequence} was expected and ${sequence} arrived.`,
          'Reconnect to the engine.',
        ),
      );
      return;
    }
    this.#nextSequence += 1;
    let whole: readonly RunEvent[];
    try {
      whole = events.map((event) => (event.type === 'started' ? withKnownVocabularies(event, this.#vocabularies) : event));
    } catch (thrown) {
      this.#fail(new InterlinearError('internal', 'The engine sent a run without its vocabulary.', String(thrown)));
      return;
    }
    await Promise.allSettled([...this.#eventListeners].map(async (listener) => listener(whole)));
    if (!this.#lost) this.#transport.send({ type: 'acknowledge', sequence });
  }

  /** A breach of the protocol ends the connection: nothing after it can be trusted. The cause is kept before the port says it closed. */
  #fail(error: InterlinearError): void {
    this.#lose(error);
    this.#transport.close();
  }

  #lose(error: InterlinearError): void {
    if (this.#lost) return;
    this.#lost = error;
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
    for (const listener of this.#lostListeners) listener(error.report());
  }
}
