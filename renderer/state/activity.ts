import { createStore, type StoreApi } from 'zustand/vanilla';

interface ActivityState {
  /** Commands under way. */
  readonly pending: number;
  /** A run was asked for and has not been accepted yet. */
  readonly starting: boolean;
  /** Read out by screen readers: what a sighted user sees happen. */
  readonly announcement: string;
}

/** What the window is busy with, for the Run button, for tests that wait, and for those who listen. */
export class Activity {
  readonly store: StoreApi<ActivityState> = createStore<ActivityState>(() => ({ pending: 0, starting: false, announcement: '' }));

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

  async starting<T>(work: () => Promise<T>): Promise<T> {
    this.store.setState({ starting: true });
    try {
      return await this.during(work);
    } finally {
      this.store.setState({ starting: false });
    }
  }
}
