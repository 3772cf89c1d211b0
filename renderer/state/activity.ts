import { createStore, type StoreApi } from 'zustand/vanilla';

interface ActivityState {
  /** Commands under way. */
  readonly pending: number;
  /** A run was asked for and has not been accepted yet. */
  readonly starting: boolean;
  /** What a run that is starting waits for: its models, those that are not known to be loaded. */
  readonly loading: LoadingModels | null;
  /** Read out by screen readers: what a sighted user sees happen. */
  readonly announcement: string;
}

/** Models on their way into memory. */
export interface LoadingModels {
  readonly names: readonly string[];
  /** Bytes of their weights; 0 where that is not known. */
  readonly bytes: number;
}

/** A model a run needs, on its device. */
export interface RunningModel {
  readonly id: string;
  readonly name: string;
  /** Of its weights; 0 where that is not known. */
  readonly bytes: number;
  readonly device: string;
}

const keyOf = ({ id, device }: RunningModel): string => `${id} ${device}`;

/** What the window is busy with, for the Run button, for tests that wait, and for those who listen. */
export class Activity {
  readonly store: StoreApi<ActivityState> = createStore<ActivityState>(() => ({
    pending: 0,
    starting: false,
    loading: null,
    announcement: '',
  }));

  /** Models a run has used, with their device: the engine keeps them. */
  readonly #loaded = new Map<string, RunningModel>();
  #stopAsked = false;

  announce(announcement: string): void {
    this.store.setState({ announcement });
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.store.setState((state) => ({ pending: state.pending + 1 }));
    try {
      return await work();
    } finally {
      this.store.setState((state) => ({ pending: state.pending - 1 }));
    }
  }

  /**
   * Starts a run on its models.
   * @param work is told, once it has an answer, whether the run was stopped meanwhile
   */
  async starting<T>(models: readonly RunningModel[], work: (stopped: () => boolean) => Promise<T>): Promise<T> {
    const missing = models.filter((model) => !this.#loaded.has(keyOf(model)));
    const loading = { names: missing.map(({ name }) => name), bytes: missing.reduce((sum, { bytes }) => sum + bytes, 0) };
    this.#stopAsked = false;
    this.store.setState({ starting: true, loading: missing.length === 0 ? null : loading });
    try {
      const result = await this.during(() => work(() => this.#stopAsked));
      for (const model of missing) this.#loaded.set(keyOf(model), model);
      return result;
    } finally {
      this.store.setState({ starting: false, loading: null });
    }
  }

  /** Bytes of models in memory that a run does without; 0 where it needs no model that is not there yet. */
  leftBehind(models: readonly RunningModel[]): number {
    const needed = new Set(models.map(keyOf));
    if ([...needed].every((key) => this.#loaded.has(key))) return 0;
    return [...this.#loaded].reduce((sum, [key, { bytes }]) => (needed.has(key) ? sum : sum + bytes), 0);
  }

  /** The run that is starting, if one is, is not wanted any more. */
  stopStarting(): void {
    this.#stopAsked = true;
  }

  /** A new engine has loaded nothing yet. */
  forgetLoaded(): void {
    this.#loaded.clear();
  }
}
