import type { FrameLayout } from '../../main/contract/frame';
import type { LaneSettings } from '../../main/contract/lanes';
import type { BranchRecord, LaneRecord, RunInfo, RunModelInfo, RunOutcome } from '../../main/contract/run';
import type { StepRecord } from '../../main/contract/steps';

/** Numbers every step has, one typed array a branch, for charts: no step object is made to draw a line. */
export type StepColumn =
  | 'kind'
  | 'tokenId'
  | 'forced'
  | 'entropy'
  | 'surprisal'
  | 'logProbability'
  | 'margin'
  | 'norm'
  | 'cosineToPrevious'
  | 'milliseconds';

/** A reading over the whole vocabulary, or one over the tokens that matter, which comes far sooner and is near it. */
export type LensKind = 'full' | 'quick';

/** The steps of one branch, packed; grows while the run streams. Lives outside React. */
export interface StepSeries {
  readonly layout: FrameLayout;
  readonly length: number;
  /** How a stream of a step has been read, null where it has not: a run on a large vocabulary leaves those below the last for later. */
  lensOf(step: number, stream: number): LensKind | null;
  /** Takes in readings that came later, of the steps from `first`: `packed` [steps, streams], see `encodeReadings`. */
  takeLenses(kind: LensKind, first: number, streams: readonly number[], packed: Float32Array): void;
  /** Decoded on demand; undefined past the end. */
  at(step: number): StepRecord | undefined;
  /** A view of the first `length` values; do not keep it across frames. `norm` is the last layer's. */
  column(name: StepColumn): Float32Array;
}

export interface BranchView {
  readonly branch: number;
  readonly record: BranchRecord | null;
  readonly steps: StepSeries;
}

export interface LaneView {
  readonly lane: number;
  readonly settings: LaneSettings;
  /** The model the lane is on, with its words and layers. */
  readonly modelInfo: RunModelInfo;
  readonly record: LaneRecord | null;
  readonly branches: readonly BranchView[];
  /** The branch shown in the strip and under the cursor: the user's choice, else the lane's answer branch, else the first. */
  readonly shown: number;
}

/** A run on screen, live or recorded: one row of the workspace. */
export interface RunView {
  readonly id: string;
  readonly info: RunInfo;
  readonly recorded: boolean;
  readonly lanes: readonly LaneView[];
  /** Null while it runs. */
  readonly outcome: RunOutcome | null;
  readonly trace: { readonly id: string; readonly bytes: number } | null;
  /** Raised with every frame taken in: what React compares. */
  readonly revision: number;
}

export const alignments = ['step', 'text', 'share'] as const;
export type Alignment = (typeof alignments)[number];

/** The one cursor: a step of one lane of one run; every other lane shows the step aligned with it. */
export interface Cursor {
  readonly run: string;
  readonly lane: number;
  readonly step: number;
  /** Hovering no longer moves it. */
  readonly pinned: boolean;
  readonly alignment: Alignment;
}

/** What every inspector panel and the timeline are given. */
export interface PanelProps {
  /** Rows on screen, top first. */
  readonly runs: readonly RunView[];
  readonly cursor: Cursor | null;
  /** The step of a lane's shown branch that stands under the cursor, or null where it has none. */
  readonly stepUnderCursor: (run: RunView, lane: LaneView) => number | null;
  readonly moveCursor: (run: string, lane: number, step: number, pin?: boolean) => void;
}
