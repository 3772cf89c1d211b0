import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LoadProgress } from '../../main/contract/load-progress';
import { beginLoading, type LoadingModels, type RunningModel, withProgress } from './loading-models';
import type { Shortage } from './memory';

interface ActivityState {
  /** Commands under way. */
  readonly pending: number;
  /** A run was asked for and has not been accepted yet. */
  readonly starting: boolean;
  /** What a run that is starting waits for: its models, those that are not known to be loaded. */
  readonly loading: LoadingModels | null;
  /** Models a run has used, by id and device: the engine keeps them. */
  readonly loaded: ReadonlyMap<string, RunningModel>;
  /** A run that was asked for and waits for a word, because there may be too little memory for it. */
  readonly doubt: Doubt | null;
  /** Read out by screen readers: what a sighted user sees happen. */
  readonly announcement: string;
}

export interface Doubt extends Shortage {
  /** Begins the run all the same. */
  readonly proceed: () => Promise<void>;
}

/** How a command that starts a run hears of it and speaks. */
export interface Start {
  /** Whether the run was stopped meanwhile. */
  readonly stopped: () => boolean;
  /** The engine said how far a model is. */
  readonly onProgress: (progress: LoadProgress) => void;
}

const keyOf = ({ id, device }: Pick<RunningModel, 'id' | 'device'>): string => `${id} ${device}`;

/** What the window is busy with, for the Run button, for tests that wait, and for those who listen. */
export class Activity {
  readonly store: StoreApi<ActivityState> = createStore<ActivityState>(() => ({
    pending: 0,
    starting: false,
    loading: null,
    loaded: new Map(),
    doubt: null,
    announcement: '',
  }));

  #stopAsked = false;
  /** The most that was asked for in this session in spite of a doubt. */
  #acceptedBytes = 0;

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

  /** Starts a run on its models. */
  async starting<T>(models: readonly RunningModel[], work: (start: Start) => Promise<T>): Promise<T> {
    const { loaded } = this.store.getState();
    const missing = models.filter((model) => !loaded.has(keyOf(model)));
    this.#stopAsked = false;
    this.store.setState({ starting: true, doubt: null, loading: missing.length === 0 ? null : beginLoading(missing) });
    const onProgress = (progress: LoadProgress): void => {
      this.store.setState(({ loading }) => ({ loading: loading && withProgress(loading, progress, performance.now()) }));
    };
    try {
      const result = await this.during(() => work({ stopped: () => this.#stopAsked, onProgress }));
      this.store.setState((state) => ({ loaded: new Map([...state.loaded, ...missing.map((model) => [keyOf(model), model] as const)]) }));
      return result;
    } finally {
      this.store.setState({ starting: false, loading: null });
    }
  }

  isLoaded(model: Pick<RunningModel, 'id' | 'device'>): boolean {
    return this.store.getState().loaded.has(keyOf(model));
  }

  /** Bytes of models in memory that a run does without; 0 where it needs no model that is not there yet. */
  leftBehind(models: readonly RunningModel[]): number {
    const { loaded } = this.store.getState();
    const needed = new Set(models.map(keyOf));
    if ([...needed].every((key) => loaded.has(key))) return 0;
    return [...loaded].reduce((sum, [key, { bytes }]) => (needed.has(key) ? sum : sum + bytes), 0);
  }

  /**
   * Leaves it to the user whether a run begins that may not fit; once begun, no less is asked about again.
   * @returns whether it waits for their word
   */
  doubt(shortage: Shortage, begin: () => Promise<void>): boolean {
    if (shortage.neededBytes <= this.#acceptedBytes) return false;
    const proceed = async (): Promise<void> => {
      this.#acceptedBytes = shortage.neededBytes;
      this.store.setState({ doubt: null });
      await begin();
    };
    this.store.setState({ doubt: { ...shortage, proceed } });
    return true;
  }

  /** The run that was in doubt is not wanted, or is not what would be run any more. @returns whether there was one */
  forgetDoubt(): boolean {
    if (this.store.getState().doubt === null) return false;
    this.store.setState({ doubt: null });
    return true;
  }

  /** The run that is starting, if one is, is not wanted any more. */
  stopStarting(): void {
    this.#stopAsked = true;
  }

  /** A new engine has loaded nothing yet. */
  forgetLoaded(): void {
    this.store.setState({ loaded: new Map() });
  }
}
