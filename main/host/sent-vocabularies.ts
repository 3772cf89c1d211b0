import { createHash } from 'node:crypto';
import type { EngineMessage } from '../contract/protocol';
import { withoutVocabularies } from '../contract/vocabularies';

/** What one client has been told of vocabularies: each goes to it once, however many runs have it. */
export class SentVocabularies {
  readonly #send: (message: EngineMessage) => void;
  readonly #sent = new Set<string>();

  constructor(send: (message: EngineMessage) => void) {
    this.#send = send;
  }

  /** The message to be sent, after the vocabularies it needs have been. */
  leaveOut(message: EngineMessage): EngineMessage {
    if (message.type !== 'events' || !message.events.some(({ type }) => type === 'started')) return message;
    const nameOf = (texts: readonly string[]): string => this.#nameOf(texts);
    return { ...message, events: message.events.map((event) => (event.type === 'started' ? withoutVocabularies(event, nameOf) : event)) };
  }

  /** Named after what it says: a trace from elsewhere cannot give its own to the runs of others. */
  #nameOf(texts: readonly string[]): string {
    const name = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
    if (!this.#sent.has(name)) this.#send({ type: 'vocabulary', name, texts: [...texts] });
    this.#sent.add(name);
    return name;
  }
}
