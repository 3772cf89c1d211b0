import { toErrorReport } from '../../../main/contract/errors';
import { lensOrder } from '../../../main/contract/lens-order';
import { lensPortion } from '../../../main/contract/protocol';
import type { BranchReference, LensLoader } from '../inspector-props';
import type { LensKind, StepSeries } from '../../state/run-view';
import type { LaneEntry } from '../shared/lane-entries';

export interface LensesState {
  /** Raised when readings have come: what is drawn has to be drawn again. */
  readonly revision: number;
  /** Readings on screen still to come; 0 when nothing is being read. */
  readonly missing: number;
  /** Those of which only a quick reading is there. */
  readonly quick: number;
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
  readonly kind: LensKind;
  readonly branch: BranchReference;
  readonly steps: StepSeries;
  readonly first: number;
  readonly count: number;
  readonly streams: readonly number[];
}

/** Requests under way at a time: the engine prepares one while it reads the other. */
const mostPieces = 2;

const belowOf = (steps: StepSeries): number => steps.layout.streams - 1;
const laneOf = ({ run, lane }: BranchReference): string => `${run}/${lane}`;
const keyOf = ({ run, lane, branch }: BranchReference): string => `${run}/${lane}/${branch}`;

function branchesOf({ entries }: Wanted): { readonly branch: BranchReference; readonly steps: StepSeries }[] {
  return entries.flatMap(({ run, lane, branch }) =>
    branch === null ? [] : [{ branch: { run: run.id, lane: lane.lane, branch: branch.branch }, steps: branch.steps }],
  );
}

/** Readings on screen, how many of them are missing, and of how many there is only a quick one. */
function count(wanted: Wanted): Pick<LensesState, 'missing' | 'quick' | 'wanted'> {
  const all = { missing: 0, quick: 0, wanted: 0 };
  for (const { steps } of branchesOf(wanted)) {
    for (let step = wanted.first; step < Math.min(wanted.last, steps.length); step++) {
      for (let stream = 0; stream < belowOf(steps); stream++) {
        const kind = steps.lensOf(step, stream);
        all.wanted++;
        if (kind === null) all.missing++;
        if (kind === 'quick') all.quick++;
      }
    }
  }
  return all;
}

/** What of a branch is to be read after all else of the same round. */
interface Round {
  readonly kind: LensKind;
  readonly streams: readonly number[];
}

/** The first steps in sight of which something of a round is missing and not under way; null where there are none. */
function missingOf(
  branch: BranchReference,
  steps: StepSeries,
  { kind, streams }: Round,
  wanted: Wanted,
  underWay: ReadonlySet<Piece>,
): Piece | null {
  const asked = [...underWay].filter(
    (piece) => piece.kind === kind && keyOf(piece.branch) === keyOf(branch) && piece.streams[0] === streams[0],
  );
  const isMissing = (step: number, stream: number): boolean => {
    const read = steps.lensOf(step, stream);
    return kind === 'quick' ? read === null : read !== 'full';
  };
  const lacks = (step: number): boolean =>
    streams.some((stream) => isMissing(step, stream)) && !asked.some((piece) => step >= piece.first && step < piece.first + piece.count);
  const end = Math.min(wanted.last, steps.length);
  let first = wanted.first;
  while (first < end && !lacks(first)) first++;
  if (first >= end) return null;
  // A quick reading of a step is one of all its streams.
  const portion = kind === 'quick' ? lensPortion : Math.max(1, Math.floor(lensPortion / streams.length));
  const most = Math.min(end, first + portion);
  let last = first + 1;
  while (last < most && lacks(last)) last++;
  // What has come until it is read is read with it.
  if (kind === 'quick' && last === steps.length) last = Math.min(wanted.last, first + portion);
  return { kind, branch, steps, first, count: last - first, streams };
}

/**
 * The next readings missing among those on screen, in all branches quick ones first and then coarse ones; null where the rest is under way.
 * @param isQuick whether the lens of a branch's model can be read quickly
 */
function nextPiece(wanted: Wanted, underWay: ReadonlySet<Piece>, isQuick: (branch: BranchReference) => boolean): Piece | null {
  const branches = branchesOf(wanted).map(({ branch, steps }) => {
    const below = belowOf(steps);
    const inFull = lensOrder(below).map((streams): Round => ({ kind: 'full', streams }));
    const quick: Round = { kind: 'quick', streams: isQuick(branch) ? Array.from({ length: below }, (_, stream) => stream) : [] };
    return { branch, steps, rounds: [quick, ...inFull] };
  });
  const rounds = Math.max(0, ...branches.map((each) => each.rounds.length));
  for (let round = 0; round < rounds; round++) {
    // What is quick waits for nothing else.
    if (round > 0 && [...underWay].some(({ kind }) => kind === 'quick')) return null;
    for (const { branch, steps, rounds: own } of branches) {
      const next = own[round];
      const piece = next === undefined ? null : missingOf(branch, steps, next, wanted, underWay);
      if (piece !== null) return piece;
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
 * Reads the lenses of the steps on screen that the run left unread, quickly first, then in full, coarsely first. Two requests are under way at a time, whatever changes
 * meanwhile: a stream or a scroll changes what is wanted many times a second, and the engine would be left with all that was wanted once.
 */
export class LensReader {
  #state: LensesState = { revision: 0, missing: 0, quick: 0, wanted: 0, problem: null };
  #wanted: Wanted = { entries: [], first: 0, last: 0 };
  #failed: string | null = null;
  readonly #underWay = new Set<Piece>();
  /** Lanes, as `run/lane`, of models whose lens is read in full only. */
  readonly #inFull = new Set<string>();

  constructor(
    private readonly load: LensLoader,
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
      const piece = nextPiece(this.#wanted, this.#underWay, (branch) => !this.#inFull.has(laneOf(branch)));
      if (piece === null) break;
      this.#underWay.add(piece);
      void this.#read(piece);
    }
    this.#say(this.#underWay.size === 0 ? { missing: 0, quick: 0, wanted: 0 } : count(this.#wanted));
  }

  async #read(piece: Piece): Promise<void> {
    const { kind, branch, steps, first, streams } = piece;
    try {
      const packed = await (kind === 'quick'
        ? this.load.quick(branch, first, piece.count)
        : this.load.full(branch, first, piece.count, streams));
      this.#underWay.delete(piece);
      if (packed === null) {
        this.#inFull.add(laneOf(branch));
        this.#ask();
        return;
      }
      // The engine has fewer steps than were said to be there: what is wanted next will ask again.
      if (packed.length === 0) {
        this.#say({ missing: 0, quick: 0 });
        return;
      }
      steps.takeLenses(kind, first, streams, packed);
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
    const { revision, missing, quick, wanted, problem } = this.#state;
    const isSame = next.missing === missing && next.quick === quick && next.wanted === wanted && next.problem === problem;
    if (next.revision === revision && isSame) return;
    this.#state = next;
    this.changed(next);
  }
}
