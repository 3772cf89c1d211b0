import { createStore, type StoreApi } from 'zustand/vanilla';
import { type ErrorReport, toErrorReport } from '../../main/contract/errors';
import type { RunEvent } from '../../main/contract/protocol';
import type { FrameClock } from './frame-clock';
import { RunModel } from './run-model';
import type { RunView } from './run-view';

/** React hears of a stream at most ten times a second; after a pause, in the next frame. */
const publishMilliseconds = 100;
/** And for no more than a fifth of the time where drawing takes long: pauses are this many times what the last drawing took. The engine computes on the same cores. */
const restShare = 4;
/** Who steps with the keys or moves the pointer comes first: meanwhile a stream is drawn at most this often, in milliseconds. */
const publishMillisecondsInUse = { keys: 1500, pointer: 400 } as const;
const inUseMilliseconds = 200;
/**
 * A frame of events is acknowledged when it has been drawn, or after this long. The engine joins what comes meanwhile into one message, and
 * receiving one costs the page milliseconds, whatever it holds.
 */
const acknowledgeMilliseconds = 100;

export interface RunsState {
  /** Pictures of the runs known, by id. A run's picture is replaced when something of it changed. */
  readonly views: ReadonlyMap<string, RunView>;
  /** Why a run could not be recorded, by run. */
  readonly recordingErrors: ReadonlyMap<string, ErrorReport>;
}

/** All runs the window holds, live and recorded. Events change the models at once; React is told in its own time. */
export class RunStore {
  readonly store: StoreApi<RunsState> = createStore<RunsState>(() => ({ views: new Map(), recordingErrors: new Map() }));
  readonly #clock: FrameClock;
  readonly #models = new Map<string, RunModel>();
  readonly #finishedListeners = new Set<(run: RunView) => void>();
  readonly #startedListeners = new Set<(run: RunView) => void>();
  #publishing = false;
  /** Called when what comes next has been painted. */
  #waiting: (() => void)[] = [];
  #publishedAt = -Infinity;
  /** Milliseconds the last publication took until all of it was drawn. */
  #cost = 0;
  #inputAt = -Infinity;
  #input: keyof typeof publishMillisecondsInUse = 'pointer';

  constructor(clock: FrameClock) {
    this.#clock = clock;
  }

  view(run: string): RunView | undefined {
    return this.#models.get(run)?.view();
  }

  /** Takes in one frame of events; settles when the frame may be acknowledged. */
  async take(events: readonly RunEvent[]): Promise<void> {
    for (const event of events) this.#apply(event);
    this.#publishSoon();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, acknowledgeMilliseconds);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** A key or the pointer was used. */
  noteInput(input: keyof typeof publishMillisecondsInUse): void {
    this.#input = input;
    this.#inputAt = performance.now();
  }

  showBranch(run: string, lane: number, branch: number | null): void {
    this.#models.get(run)?.showBranch(lane, branch);
    this.#publish();
  }

  /** The engine is gone: every run under way is kept up to its last step. */
  interruptAll(error: ErrorReport): void {
    for (const model of this.#models.values()) model.interrupt(error);
    this.#publish();
  }

  forget(run: string): void {
    if (this.#models.delete(run)) this.#publish();
  }

  /** Called when the first event of a run has come. Returns its unsubscribe. */
  onStarted(listener: (run: RunView) => void): () => void {
    this.#startedListeners.add(listener);
    return () => this.#startedListeners.delete(listener);
  }

  /** The run as soon as its first event has come. */
  whenStarted(run: string): Promise<RunView> {
    const view = this.view(run);
    if (view !== undefined) return Promise.resolve(view);
    return new Promise((resolve) => {
      const stop = this.onStarted((started) => {
        if (started.id !== run) return;
        stop();
        resolve(started);
      });
    });
  }

  /** The run as soon as it has ended. */
  whenFinished(run: string): Promise<RunView> {
    const view = this.view(run);
    if (view !== undefined && view.outcome !== null) return Promise.resolve(view);
    return new Promise((resolve) => {
      const stop = this.onFinished((finished) => {
        if (finished.id !== run) return;
        stop();
        resolve(finished);
      });
    });
  }

  onFinished(listener: (run: RunView) => void): () => void {
    this.#finishedListeners.add(listener);
    return () => this.#finishedListeners.delete(listener);
  }

  #apply(event: RunEvent): void {
    if (event.type === 'started') {
      const model = new RunModel(event);
      this.#models.set(event.run, model);
      for (const listener of this.#startedListeners) listener(model.view());
      return;
    }
    const model = this.#models.get(event.run);
    // Events of a run that was closed meanwhile are of no use to anyone.
    if (model === undefined) return;
    try {
      model.apply(event);
    } catch (thrown) {
      model.interrupt(toErrorReport(thrown));
    }
    if (event.type !== 'finished') return;
    this.#publish();
    for (const listener of this.#finishedListeners) listener(model.view());
  }

  #publishSoon(): void {
    if (this.#publishing) return;
    this.#publishing = true;
    const now = performance.now();
    const pause = now - this.#inputAt < inUseMilliseconds ? publishMillisecondsInUse[this.#input] : publishMilliseconds;
    const wait = Math.max(pause, restShare * this.#cost) - (now - this.#publishedAt);
    const publish = (): void => {
      this.#publish();
    };
    if (wait <= 0) this.#clock.nextFrame(publish);
    else setTimeout(publish, wait);
  }

  #publish(): void {
    this.#publishing = false;
    const started = performance.now();
    this.#publishedAt = started;
    const models = [...this.#models.values()];
    this.store.setState({
      views: new Map(models.map((model) => [model.id, model.view()])),
      recordingErrors: new Map(models.flatMap((model) => (model.recordingError === null ? [] : [[model.id, model.recordingError]]))),
    });
    const waiting = this.#waiting;
    this.#waiting = [];
    void this.#clock.afterPaint().then(() => {
      for (const settle of waiting) settle();
    });
    void this.#clock.afterWork().then(() => {
      this.#publishedAt = performance.now();
      this.#cost = this.#publishedAt - started;
    });
  }
}
