import { InterlinearError } from '../contract/errors';
import type { LoadedModel } from '../runtime/decoder';
import { type LensAnswer, lensAnswerSchema, type LensQuestion } from './lens-messages';
import type { LensTurns, TimedReading } from './lens-turns';
import type { LensRows, ReadLens, ReadQuickLenses } from './read-lenses';
import type { SideProcess } from './side-process';

/** The process is ended so many milliseconds after the last question: it holds an unembedding in 32-bit floats twice. */
const idleMilliseconds = 20_000;
/** Milliseconds a process may take to start, on a machine that is busy generating. */
const startLimit = 30_000;
/** Milliseconds after which another is tried where one could not be started: until then the engine's own thread reads. */
const startPause = 60_000;
/** Milliseconds a run waits for a reading, or for the process to start, at the most: however long one takes, or hangs, the run goes on. */
const longestRest = 1_000;

type Reading = TimedReading<Float32Array<ArrayBuffer>>;

interface Pending {
  readonly question: LensQuestion;
  readonly resolve: (reading: Reading) => void;
  readonly reject: (reason: unknown) => void;
}

/** One process from its start to its end. */
interface Life {
  readonly child: SideProcess;
  ready: boolean;
  readonly limit: NodeJS.Timeout;
}

class CannotStart extends Error {}

/**
 * Reads lenses: with the kernels that compute a model's passes where there are such, else in a process of its own, so that the engine answers
 * others meanwhile and the memory it takes is given back. It is started at the first question, again where it has died, and ended when
 * nobody asks. Where none can be started, for a minute, and for models that came with the app, the engine's own thread reads.
 */
export class LensService {
  readonly #start: (() => SideProcess) | null;
  readonly #turns: LensTurns;
  #life: Life | null = null;
  /** By the clock of `Date`. */
  #nextStart = 0;
  #pending: Pending | null = null;
  #questions = 0;
  #idle: NodeJS.Timeout | null = null;
  /** Whether runs wait for what is being read. */
  #rests = false;
  readonly #resting: (() => void)[] = [];

  /** @param start null where the program has no such process */
  constructor(start: (() => SideProcess) | null, turns: LensTurns) {
    this.#start = start;
    this.#turns = turns;
  }

  /** How the lens of a model is read. It throws what `Decoder.readings` does, and InterlinearError `engine-lost` when the process dies. */
  readerOf(model: LoadedModel): ReadLens {
    return async (gather, count, isCoarse) =>
      // Where there are quick readings they make the picture.
      this.#turns.take(isCoarse && !model.decoder.readsQuickly ? 'coarse' : 'other', async () =>
        this.#whileRunsWait(async () => {
          const started = performance.now();
          const rows = await gather();
          const gathered = performance.now() - started;
          if (rows.targets.length === 0) return { value: new Float32Array(0), milliseconds: gathered };
          const { value, milliseconds } = await this.#read(model, rows, count);
          return { value, milliseconds: gathered + milliseconds };
        }),
      );
  }

  /** How it is read over the tokens that matter, before all that waits. It throws what `Decoder.quickReadings` does. */
  quickReaderOf({ decoder }: LoadedModel): ReadQuickLenses {
    return async (gather, count) =>
      decoder.readsQuickly
        ? this.#turns.take('quick', async () =>
            this.#whileRunsWait(async () => {
              const started = performance.now();
              return { value: await decoder.quickReadings(await gather(), count), milliseconds: performance.now() - started };
            }),
          )
        : null;
  }

  /**
   * Waits while something is read, or the process starts for it. A run that goes on meanwhile takes the cores it reads with, and loses its own
   * to it: measured on two, the same readings then take twice as long, and the run loses more than it wins.
   */
  async rest(): Promise<void> {
    if (this.#rests) await new Promise<void>((resolve) => this.#resting.push(resolve));
  }

  /** Ends the process, if there is one. What it was asked fails. */
  end(): void {
    const life = this.#life;
    if (!life) return;
    this.#forget();
    life.child.kill();
    this.#fail(lost('was ended'));
  }

  async #whileRunsWait<T>(read: () => Promise<T>): Promise<T> {
    this.#rests = true;
    const goOn = (): void => {
      this.#rests = false;
      for (const resolve of this.#resting.splice(0)) resolve();
    };
    const limit = setTimeout(goOn, longestRest);
    try {
      return await read();
    } finally {
      clearTimeout(limit);
      goOn();
    }
  }

  async #read({ decoder, lens }: LoadedModel, { residuals, targets }: LensRows, count: number): Promise<Reading> {
    if (lens !== null && this.#start !== null && Date.now() >= this.#nextStart) {
      try {
        const question = { type: 'read', lens, residuals, targets: Int32Array.from(targets), count } as const;
        return await this.#ask({ ...question, id: ++this.#questions }, this.#start);
      } catch (thrown) {
        if (!(thrown instanceof CannotStart)) throw thrown;
        this.#nextStart = Date.now() + startPause;
      }
    }
    const started = performance.now();
    return { value: await decoder.readings(residuals, targets, count), milliseconds: performance.now() - started };
  }

  async #ask(question: LensQuestion, start: () => SideProcess): Promise<Reading> {
    if (this.#idle) clearTimeout(this.#idle);
    const answer = new Promise<Reading>((resolve, reject) => {
      this.#pending = { question, resolve, reject };
    });
    try {
      this.#life ??= this.#open(start);
      if (this.#life.ready) this.#life.child.send(question);
      return await answer;
    } finally {
      this.#pending = null;
      this.#idle = setTimeout(() => {
        this.end();
      }, idleMilliseconds);
      // Waiting for it keeps no process alive.
      this.#idle.unref();
    }
  }

  #open(start: () => SideProcess): Life {
    const child = started(start);
    const limit = setTimeout(() => {
      if (this.#life !== life) return;
      this.#forget();
      child.kill();
      this.#fail(new CannotStart());
    }, startLimit);
    const life: Life = { child, ready: false, limit };
    child.onMessage((message) => {
      const answer = lensAnswerSchema.safeParse(message);
      if (answer.success && this.#life === life) this.#hear(answer.data, life);
    });
    child.onGone(() => {
      if (this.#life !== life) return;
      this.#forget();
      this.#fail(life.ready ? lost('died') : new CannotStart());
    });
    return life;
  }

  #hear(answer: LensAnswer, life: Life): void {
    const pending = this.#pending;
    switch (answer.type) {
      case 'ready':
        clearTimeout(life.limit);
        life.ready = true;
        if (pending) life.child.send(pending.question);
        break;
      case 'readings':
        if (pending?.question.id === answer.id) pending.resolve({ value: answer.packed, milliseconds: answer.milliseconds });
        break;
      case 'failed':
        if (pending?.question.id === answer.id) pending.reject(InterlinearError.from(answer.error));
        break;
      default:
        answer satisfies never;
    }
  }

  #forget(): void {
    if (this.#life) clearTimeout(this.#life.limit);
    this.#life = null;
  }

  #fail(reason: unknown): void {
    this.#pending?.reject(reason);
  }
}

/** @throws CannotStart whatever went wrong */
function started(start: () => SideProcess): SideProcess {
  try {
    return start();
  } catch {
    throw new CannotStart();
  }
}

function lost(how: string): InterlinearError {
  return new InterlinearError('engine-lost', `The process that reads the lens ${how}.`, 'Try again: another one is started.');
}
