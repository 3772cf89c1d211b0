import { toErrorReport } from '../../../main/contract/errors';
import { lensPortion } from '../../../main/contract/protocol';
import type { InspectorProps } from '../inspector-props';
import type { LaneEntry } from '../shared/lane-entries';

export interface LensesState {
  /** Raised when readings have come: what is drawn has to be drawn again. */
  readonly revision: number;
  /** Steps on screen whose lens is still to come; 0 when nothing is being read. */
  readonly missing: number;
  /** Why the lens cannot be read, or null. */
  readonly problem: string | null;
}

interface Wanted {
  readonly entries: readonly LaneEntry[];
  readonly first: number;
  readonly last: number;
}

function missingSteps({ entries, first, last }: Wanted): number {
  let missing = 0;
  for (const { branch } of entries) {
    if (branch === null) continue;
    for (let step = first; step < Math.min(last, branch.steps.length); step++) if (!branch.steps.hasLens(step)) missing++;
  }
  return missing;
}

/** The next steps whose lens is missing among those on screen, or null. */
function nextGap({ entries, first, last }: Wanted) {
  for (const { run, lane, branch } of entries) {
    if (branch === null) continue;
    const end = Math.min(last, branch.steps.length);
    for (let step = first; step < end; step++) {
      if (branch.steps.hasLens(step)) continue;
      const count = Math.min(lensPortion, end - step);
      return { steps: branch.steps, reference: { run: run.id, lane: lane.lane, branch: branch.branch }, step, count };
    }
  }
  return null;
}

/** Which branches are looked at. What failed for some is not asked again and again, but for others it is. */
const branchesOf = ({ entries }: Wanted): string =>
  entries.map(({ run, lane, branch }) => `${run.id}/${lane.lane}/${branch?.branch ?? ''}`).join(' ');

/**
 * Reads the lenses of the steps on screen that the run left unread. One request is under way at a time, whatever changes meanwhile: a
 * stream or a scroll changes what is wanted many times a second, and the engine would be left with all that was wanted once.
 */
export class LensReader {
  #state: LensesState = { revision: 0, missing: 0, problem: null };
  #wanted: Wanted = { entries: [], first: 0, last: 0 };
  #failed: string | null = null;
  #reading = false;

  constructor(
    private readonly load: InspectorProps['loadLens'],
    private readonly changed: (state: LensesState) => void,
  ) {}

  /** Says what is on screen now: steps `first` to before `last` of these. */
  want(entries: readonly LaneEntry[], first: number, last: number): void {
    this.#wanted = { entries, first, last };
    if (this.#failed !== null && this.#failed !== branchesOf(this.#wanted)) {
      this.#failed = null;
      this.#say({ problem: null });
    }
    void this.#read();
  }

  async #read(): Promise<void> {
    if (this.#reading || this.#failed !== null) return;
    this.#reading = true;
    try {
      for (let gap = nextGap(this.#wanted); gap !== null; gap = nextGap(this.#wanted)) {
        this.#say({ missing: missingSteps(this.#wanted) });
        const packed = await this.load(gap.reference, gap.step, gap.count);
        if (packed.length === 0) break;
        gap.steps.takeLenses(gap.step, packed);
        this.#say({ revision: this.#state.revision + 1 });
      }
    } catch (thrown) {
      this.#failed = branchesOf(this.#wanted);
      this.#say({ problem: toErrorReport(thrown).message });
    } finally {
      this.#reading = false;
      this.#say({ missing: 0 });
    }
  }

  #say(change: Partial<LensesState>): void {
    const next = { ...this.#state, ...change };
    const { revision, missing, problem } = this.#state;
    if (next.revision === revision && next.missing === missing && next.problem === problem) return;
    this.#state = next;
    this.changed(next);
  }
}
