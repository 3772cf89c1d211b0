/**
 * A signal that aborts with another, or when nothing has come for a while. Not by `AbortSignal.any` and `AbortSignal.timeout`: Node 20 may collect what
 * these give as garbage while a transfer waits, and then nothing is ever aborted.
 */
export class Patience {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #milliseconds: number;
  #timer: NodeJS.Timeout | undefined;
  readonly #stop = (): void => {
    this.#controller.abort(this.#outer.reason);
  };

  /** @throws the signal's reason where it has aborted */
  constructor(signal: AbortSignal, milliseconds: number) {
    signal.throwIfAborted();
    this.#outer = signal;
    this.#milliseconds = milliseconds;
    signal.addEventListener('abort', this.#stop);
    this.renew();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something came: the while begins anew. */
  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DOMException('Nothing came.', 'TimeoutError'));
    }, this.#milliseconds);
  }

  /** To be called when all is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#stop);
  }
}
