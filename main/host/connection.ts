import type { Doing } from '../contract/doing';
import { InterlinearError, toErrorReport } from '../contract/errors';
import type { LoadProgress } from '../contract/load-progress';
import {
  type ClientMessage,
  type EngineMessage,
  type RequestName,
  type RequestResult,
  type Role,
  type RunEvent,
  type Transport,
  clientMessageSchema,
  requests,
} from '../contract/protocol';
import type { z } from 'zod';
import { Outbox } from './outbox';
import { SentVocabularies } from './sent-vocabularies';

export type HandlerParameters<Name extends RequestName> = z.output<(typeof requests)[Name]['parameters']>;

/** Tells whoever asked how far a model is that has to be loaded before there is an answer. */
export type LoadListener = (progress: LoadProgress) => void;

/** What a handler can say to the one who asked, before it answers, and hear from them. */
export interface Call {
  readonly onLoad: LoadListener;
  /** Tells what is being done, where that takes minutes. */
  readonly onDoing: (doing: Doing) => void;
  /** Aborted when the answer is not wanted any more, or the client is gone. */
  readonly signal: AbortSignal;
}

/** One function a request. Parameters have been checked; a thrown InterlinearError reaches the client with its code. */
export type Handlers = {
  readonly [Name in RequestName]: (parameters: HandlerParameters<Name>, connection: Connection, call: Call) => Promise<RequestResult<Name>>;
};

/** Serves one client over one transport. */
export class Connection {
  readonly #transport: Transport<EngineMessage, ClientMessage>;
  readonly #handlers: Handlers;
  readonly #role: Role;
  readonly #outbox: Outbox;
  readonly #closeListeners = new Set<() => void>();
  /** Of the requests that are not answered yet. */
  readonly #calls = new Map<number, AbortController>();
  #closed = false;

  constructor(transport: Transport<EngineMessage, ClientMessage>, role: Role, handlers: Handlers) {
    this.#transport = transport;
    this.#role = role;
    this.#handlers = handlers;
    const vocabularies = new SentVocabularies((message) => {
      transport.send(message);
    });
    this.#outbox = new Outbox((message) => {
      transport.send(vocabularies.leaveOut(message));
    });
    transport.onMessage((message) => {
      void this.#receive(message);
    });
    transport.onClose(() => {
      this.#closed = true;
      this.#outbox.close();
      for (const abort of this.#calls.values()) abort.abort();
      for (const listener of this.#closeListeners) listener();
      this.#closeListeners.clear();
    });
  }

  /** Sends an event of a run, in order, as soon as the client has room. */
  push(event: RunEvent): void {
    if (!this.#closed) this.#outbox.push(event);
  }

  /** Resolves when the client has room again; at once when it is gone. */
  async ready(): Promise<void> {
    if (!this.#closed) await this.#outbox.drained(64);
  }

  onClose(listener: () => void): void {
    this.#closeListeners.add(listener);
  }

  async #receive(raw: unknown): Promise<void> {
    const parsed = clientMessageSchema.safeParse(raw);
    if (!parsed.success) {
      this.#sendError(
        readId(raw),
        new InterlinearError('bad-request', 'The engine received a message it cannot read.', parsed.error.message),
      );
      return;
    }
    const message = parsed.data;
    if (message.type === 'acknowledge') {
      // A late acknowledgement (of a frame already counted) changes nothing, so it is not worth an answer.
      this.#outbox.acknowledge(message.sequence);
      return;
    }
    if (message.type === 'cancel') {
      // The answer may have crossed it on the way.
      this.#calls.get(message.id)?.abort();
      return;
    }
    const { id } = message;
    const abort = new AbortController();
    this.#calls.set(id, abort);
    try {
      const result = await this.#handle(message.name, message.parameters, {
        onLoad: (progress) => {
          if (!this.#closed) this.#transport.send({ type: 'progress', id, progress });
        },
        onDoing: (doing) => {
          if (!this.#closed) this.#transport.send({ type: 'doing', id, doing });
        },
        signal: abort.signal,
      });
      if (!this.#closed) this.#transport.send({ type: 'result', id, result });
    } catch (error) {
      this.#sendError(id, error);
    } finally {
      if (this.#calls.get(id) === abort) this.#calls.delete(id);
    }
  }

  async #handle(name: string, parameters: unknown, call: Call): Promise<unknown> {
    if (!isRequestName(name))
      throw new InterlinearError(
        'unknown-request',
        `The engine knows no request “${name}”.`,
        'Window and engine may be of different versions: restart the app.',
      );
    if (requests[name].role === 'shell' && this.#role !== 'shell')
      throw new InterlinearError('bad-request', `A window may not send “${name}”.`);
    return this.#call(name, parameters, call);
  }

  async #call<Name extends RequestName>(name: Name, parameters: unknown, call: Call): Promise<RequestResult<Name>> {
    const parsed = requests[name].parameters.safeParse(parameters);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new InterlinearError(
        'bad-request',
        `“${name}” got parameters it cannot use: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
      );
    }
    return this.#handlers[name](parsed.data as HandlerParameters<Name>, this, call);
  }

  #sendError(id: number | null, error: unknown): void {
    if (!this.#closed) this.#transport.send({ type: 'error', id, error: toErrorReport(error) });
  }
}

function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(requests, name);
}

/** The id of a message that could not be read as a whole, so that its sender learns which one it was. */
function readId(raw: unknown): number | null {
  if (typeof raw !== 'object' || raw === null || !('id' in raw)) return null;
  return typeof raw.id === 'number' && Number.isInteger(raw.id) ? raw.id : null;
}
