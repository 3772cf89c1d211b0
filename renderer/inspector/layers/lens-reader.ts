import { toErrorReport } from '../../../main/contract/errors';
import { lensOrder } from '../../../main/contract/lens-order';
import { lensPortion } from '../../../main/contract/protocol';
import type { BranchReference, InspectorProps } from '../inspector-props';
import type { StepSeries } from '../../state/run-view';
import type { LaneEntry } from '../shared/lane-entries';

export interface LensesState {
  /** Raised when readings have come: what is drawn has to be drawn again. */
  readonly revision: number;
  /** Readings on screen still to come; 0 when nothing is being read. */
  readonly missing: number;
  /** Readings on screen, read and to come. */
  readonly wanted: number;
  /** Why the lens cannot be read, or null. */
  readonly problem: string | null;
}

interface Wanted {
  readonly entries: readonly LaneEntry[];
  readonly first: number;
  readonly last: number;
}

/** Some streams of steps that follow each other: one request. */
interface Piece {
  readonly branch: BranchReference;
  readonly steps: StepSeries;
  readonly first: number;
  readonly count: number;
  readonly streams: readonly number[];
}

/** Requests under way at a time: the engine prepares one while it reads the other. */
const mostPieces = 2;

const belowOf = (steps: StepSeries): number => steps.layout.streams - 1;
const keyOf = ({ run, lane, branch }: BranchReference): string => `${run}/${lane}/${branch}`;

function branchesOf({ entries }: Wanted): { readonly branch: BranchReference; readonly steps: StepSeries }[] {
  return entries.flatMap(({ run, lane, branch }) =>
    branch === null ? [] : [{ branch: { run: run.id, lane: lane.lane, branch: branch.branch }, steps: branch.steps }],
  );
}

/** Readings on screen, and how many of them are missing. */
function count(wanted: Wanted): { readonly missing: number; readonly wanted: number } {
  const all = { missing: 0, wanted: 0 };
  for (const { steps } of branchesOf(wanted)) {
    for (let step = wanted.first; step < Math.min(wanted.last, steps.length); step++) {
      for (let stream = 0; stream < belowOf(steps); stream++) {
        all.wanted++;
        if (!steps.hasLens(step, stream)) all.missing++;
      }
    }
  }
  return all;
}

/** The next readings missing among those on screen, coarse ones of all branches first; null where the rest is under way. */
function nextPiece(wanted: Wanted, underWay: ReadonlySet<Piece>): Piece | null {
  const branches = branchesOf(wanted).map((each) => ({ ...each, rounds: lensOrder(belowOf(each.steps)) }));
  const rounds = Math.max(0, ...branches.map((each) => each.rounds.length));
  for (let round = 0; round < rounds; round++) {
    for (const { branch, steps, rounds: own } of branches) {
      const streams = own[round];
      if (streams === undefined) continue;
      const asked = [...underWay].filter((piece) => keyOf(piece.branch) === keyOf(branch) && piece.streams[0] === streams[0]);
      const lacks = (step: number): boolean =>
        streams.some((stream) => !steps.hasLens(step, stream)) &&
        !asked.some((piece) => step >= piece.first && step < piece.first + piece.count);
      const end = Math.min(wanted.last, steps.length);
      let first = wanted.first;
      while (first < end && !lacks(first)) first++;
      if (first >= end) continue;
      const most = Math.min(end, first + Math.max(1, Math.floor(lensPortion / streams.length)));
      let last = first + 1;
      while (last < most && lacks(last)) last++;
      return { branch, steps, first, count: last - first, streams };
    }
  }
  return null;
}

/** Which branches are looked at. What failed for some is not asked again and again, but for others it is. */
const namesOf = (wanted: Wanted): string =>
  branchesOf(wanted)
    .map(({ branch }) => keyOf(branch))
    .join(' ');

/**
 * Reads the lenses of the steps on screen that the run left unread, coarsely first. Two requests are under way at a time, whatever changes
 * meanwhile: a stream or a scroll changes what is wanted many times a second, and the engine would be left with all that was wanted once.
 */
export class LensReader {
  #state: LensesState = { revision: 0, missing: 0, wanted: 0, problem: null };
  #wanted: Wanted = { entries: [], first: 0, last: 0 };
  #failed: string | null = null;
  readonly #underWay = new Set<Piece>();

  constructor(
    private readonly load: InspectorProps['loadLens'],
    private readonly changed: (state: LensesState) => void,
  ) {}

  /** Says what is on screen now: steps `first` to before `last` of these. */
  want(entries: readonly LaneEntry[], first: number, last: number): void {
    this.#wanted = { entries, first, last };
    if (this.#failed !== null && this.#failed !== namesOf(this.#wanted)) this.retry();
    else this.#ask();
  }

  /** Asks again for what failed. */
  retry(): void {
    this.#failed = null;
    this.#say({ problem: null });
    this.#ask();
  }

  #ask(): void {
    while (this.#underWay.size < mostPieces && this.#failed === null) {
      const piece = nextPiece(this.#wanted, this.#underWay);
      if (piece === null) break;
      this.#underWay.add(piece);
      void this.#read(piece);
    }
    this.#say(this.#underWay.size === 0 ? { missing: 0, wanted: 0 } : count(this.#wanted));
  }

  async #read(piece: Piece): Promise<void> {
    const { branch, steps, first, streams } = piece;
    try {
      const packed = await this.load(branch, first, piece.count, streams);
      this.#underWay.delete(piece);
      // The engine has fewer steps than were said to be there: what is wanted next will ask again.
      if (packed.length === 0) {
        this.#say({ missing: 0 });
        return;
      }
      steps.takeLenses(first, streams, packed);
      this.#say({ revision: this.#state.revision + 1 });
    } catch (thrown) {
      this.#underWay.delete(piece);
      this.#failed = namesOf(this.#wanted);
      this.#say({ problem: toErrorReport(thrown).message });
    }
    this.#ask();
  }

  #say(change: Partial<LensesState>): void {
    const next = { ...this.#state, ...change };
    const { revision, missing, wanted, problem } = this.#state;
    if (next.revision === revision && next.missing === missing && next.wanted === wanted && next.problem === problem) return;
    this.#state = next;
    this.changed(next);
  }
}
