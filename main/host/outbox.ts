import { type EngineMessage, type RunEvent, maximumCredits } from '../contract/protocol';

/** Floats one merged steps event holds at the most (4 MiB): merging must not build a message without bound. */
const maximumMergedFloats = 1 << 20;

/**
 * Events on their way to one client, in order. At most `maximumCredits` frames are out without an acknowledgement;
 * what comes meanwhile waits and is merged into the next frame, so a slow window costs latency, not messages.
 */
export class Outbox {
  readonly #send: (message: EngineMessage) => void;
  #waiting: RunEvent[] = [];
  #nextSequence = 0;
  #acknowledged = -1;
  #drained: (() => void)[] = [];

  constructor(send: (message: EngineMessage) => void) {
    this.#send = send;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  push(event: RunEvent): void {
    const last = this.#waiting.at(-1);
    const merged = last && merge(last, event);
    if (merged) this.#waiting[this.#waiting.length - 1] = merged;
    else this.#waiting.push(event);
    this.#flush();
  }

  /** @returns false when no such frame is out: a breach of the protocol. */
  acknowledge(sequence: number): boolean {
    if (sequence <= this.#acknowledged || sequence >= this.#nextSequence) return false;
    this.#acknowledged = sequence;
    this.#flush();
    return true;
  }

  /** Resolves when fewer than `limit` events wait; a producer that awaits it cannot outrun its reader. */
  async drained(limit: number): Promise<void> {
    while (this.#waiting.length >= limit) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  /** The client is gone: nothing waits any more. */
  close(): void {
    this.#waiting = [];
    this.#acknowledged = Number.MAX_SAFE_INTEGER;
    this.#wake();
  }

  #flush(): void {
    if (this.#waiting.length > 0 && this.#nextSequence - this.#acknowledged - 1 < maximumCredits) {
      const events = this.#waiting;
      this.#waiting = [];
      this.#send({ type: 'events', sequence: this.#nextSequence++, events });
    }
    this.#wake();
  }

  #wake(): void {
    const waiters = this.#drained;
    this.#drained = [];
    for (const resolve of waiters) resolve();
  }
}

/** Two neighbouring events as one where nothing is lost: steps are joined, a newer state of the same thing replaces the older. */
function merge(last: RunEvent, next: RunEvent): RunEvent | null {
  if (last.run !== next.run) return null;
  if (last.type === 'steps' && next.type === 'steps') {
    if (last.packed.length + next.packed.length > maximumMergedFloats) return null;
    const packed = new Float32Array(last.packed.length + next.packed.length);
    packed.set(last.packed);
    packed.set(next.packed, last.packed.length);
    return { type: 'steps', run: last.run, packed };
  }
  if (last.type === 'lane' && next.type === 'lane' && last.record.lane === next.record.lane) return next;
  if (
    last.type === 'branch' &&
    next.type === 'branch' &&
    last.record.lane === next.record.lane &&
    last.record.branch === next.record.branch
  )
    return next;
  return null;
}
