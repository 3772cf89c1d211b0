import type { InferenceSession } from 'onnxruntime-node';

/** A session nobody has asked for so many milliseconds is let go of: its weights, packed for the processor, are memory too. */
const idleMilliseconds = 20_000;

/** A session that is made when it is first needed, and freed when it is not needed for a while. */
export class IdleSession {
  #session: Promise<InferenceSession> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #users = 0;

  constructor(private readonly open: () => Promise<InferenceSession>) {}

  /** @throws whatever opening the session throws (the next use tries again), or `work` */
  async use<T>(work: (session: InferenceSession) => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await work(await (this.#session ??= this.#opened()));
    } finally {
      this.#users--;
      this.#freeWhenIdle();
    }
  }

  /** Frees it now. It may be used again. */
  async dispose(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    const session = this.#session;
    this.#session = null;
    await (await session)?.release();
  }

  async #opened(): Promise<InferenceSession> {
    try {
      return await this.open();
    } catch (thrown) {
      this.#session = null;
      throw thrown;
    }
  }

  #freeWhenIdle(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#users === 0) void this.dispose();
    }, idleMilliseconds);
    // Waiting for it keeps no process alive.
    this.#timer.unref();
  }
}
