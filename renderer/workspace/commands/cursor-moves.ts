import { firstDivergence } from '../../state/first-divergence';
import { shownBranch } from '../../state/run-model';
import type { LaneView, RunView } from '../../state/run-view';
import type { Services } from '../../state/services';
import { stepUnderCursor } from '../../state/cursor-store';
import { showNotice } from '../../design/toast';

interface Here {
  readonly run: RunView;
  readonly row: number;
  readonly lane: LaneView;
  /** Place of the lane among the run's lanes on screen. */
  readonly place: number;
  readonly step: number;
}

/** Where the cursor stands among what is on screen; the first step of the first lane that has one while it stands nowhere. */
function here(services: Services, runs: readonly RunView[]): Here | null {
  const at = services.cursor.place;
  const row = Math.max(
    0,
    runs.findIndex((run) => run.id === at?.run),
  );
  const run = runs[row];
  if (run === undefined) return null;
  const place = Math.max(
    0,
    run.lanes.findIndex((lane) => lane.lane === at?.lane),
  );
  const lane = run.lanes[place];
  return lane === undefined ? null : { run, row, lane, place, step: at?.step ?? -1 };
}

const lengthOf = (lane: LaneView): number => shownBranch(lane)?.steps.length ?? 0;

export function moveStep(services: Services, runs: readonly RunView[], by: number): void {
  const from = here(services, runs);
  if (from === null) return;
  const last = lengthOf(from.lane) - 1;
  if (last < 0) return;
  services.cursor.move(from.run.id, from.lane.lane, Math.min(last, Math.max(0, from.step + by)));
}

/** Goes to a neighbouring lane or row; the step there is the one that stood under the cursor. */
export function moveLaneOrRow(services: Services, runs: readonly RunView[], lanes: number, rows: number): void {
  const from = here(services, runs);
  if (from === null) return;
  const run = runs[Math.min(runs.length - 1, Math.max(0, from.row + rows))];
  const lane = run?.lanes[Math.min(run.lanes.length - 1, Math.max(0, from.place + lanes))];
  if (run === undefined || lane === undefined || lengthOf(lane) === 0) return;
  const { alignment } = services.workspace.store.getState();
  const step = stepUnderCursor(runs, services.cursor.place, alignment)(run, lane);
  services.cursor.move(run.id, lane.lane, step ?? Math.min(lengthOf(lane) - 1, Math.max(0, from.step)));
}

/**
 * Pins the first step at which the cursor's lane differs: from the same lane in the rows, where there are several, else from the
 * other lanes of its run.
 */
export function jumpToDivergence(services: Services, runs: readonly RunView[]): void {
  const from = here(services, runs);
  if (from === null) return;
  const { run, lane, place } = from;
  const others =
    runs.length > 1
      ? runs.flatMap((other) =>
          other === run
            ? []
            : [{ run: other, lane: other.lanes.find((candidate) => candidate.settings.kind === lane.settings.kind) ?? other.lanes[place] }],
        )
      : run.lanes.filter((other) => other !== lane).map((other) => ({ run, lane: other }));
  const steps = others.flatMap((other) =>
    other.lane === undefined ? [] : (firstDivergence({ run, lane }, { run: other.run, lane: other.lane }) ?? []),
  );
  if (steps.length === 0) {
    showNotice('No divergence', runs.length > 1 ? 'This lane says the same in every row.' : 'All lanes say the same.');
    return;
  }
  services.cursor.move(run.id, lane.lane, Math.min(...steps), true);
}
