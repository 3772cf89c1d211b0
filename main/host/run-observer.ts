import type { RunEvent } from '../contract/protocol';

/** Whoever is told what a run says. `ready` holds the run back while the reader is behind. */
export interface RunObserver {
  push(event: RunEvent): void;
  ready(): Promise<void>;
}
