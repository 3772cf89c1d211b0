import { createStore, type StoreApi } from 'zustand/vanilla';
import { alignedStep } from './align-steps';
import { shownBranch } from './run-model';
import type { Alignment, Cursor, LaneView, RunView } from './run-view';

/** Where the cursor stands, without how it is aligned. */
export type CursorPlace = Omit<Cursor, 'alignment'>;

/** The one cursor of the window. */
export class CursorStore {
  readonly store: StoreApi<{ readonly place: CursorPlace | null }> = createStore(() => ({ place: null }));

  get place(): CursorPlace | null {
    return this.store.getState().place;
  }

  /** Hovering: moves the cursor unless it is pinned. */
  hover(run: string, lane: number, step: number): void {
    if (this.place?.pinned === true) return;
    this.#set({ run, lane, step, pinned: false });
  }

  /** Moves the cursor wherever it stands; `pin` undefined keeps it pinned or not as it was. */
  move(run: string, lane: number, step: number, pin?: boolean): void {
    this.#set({ run, lane, step, pinned: pin ?? this.place?.pinned ?? false });
  }

  /** A click: pins here; on the pinned step it lets go. */
  togglePin(run: string, lane: number, step: number): void {
    const { place } = this;
    const same = place?.pinned === true && place.run === run && place.lane === lane && place.step === step;
    this.#set({ run, lane, step, pinned: !same });
  }

  /** @returns whether there was a pin to let go of */
  unpin(): boolean {
    const { place } = this;
    if (place?.pinned !== true) return false;
    this.#set({ ...place, pinned: false });
    return true;
  }

  clear(): void {
    this.store.setState({ place: null });
  }

  #set(place: CursorPlace): void {
    const old = this.place;
    if (old !== null && old.run === place.run && old.lane === place.lane && old.step === place.step && old.pinned === place.pinned) return;
    this.store.setState({ place });
  }
}

/** What the cursor's step is in any lane on screen: the function every panel is given. */
export function stepUnderCursor(
  runs: readonly RunView[],
  place: CursorPlace | null,
  alignment: Alignment,
): (run: RunView, lane: LaneView) => number | null {
  const cursorRun = runs.find((run) => run.id === place?.run);
  const cursorLane = cursorRun?.lanes.find((lane) => lane.lane === place?.lane);
  return (run, lane) => {
    if (place === null || cursorRun === undefined || cursorLane === undefined) return null;
    if (run.id === cursorRun.id && lane.lane === cursorLane.lane) {
      const length = shownBranch(lane)?.steps.length ?? 0;
      return place.step < length ? place.step : null;
    }
    return alignedStep(alignment, { run: cursorRun, lane: cursorLane }, place.step, { run, lane });
  };
}
