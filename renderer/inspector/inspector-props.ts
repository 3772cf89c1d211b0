import type { RequestParameters, RequestResult, Trajectory } from '../../main/contract/protocol';
import type { PanelProps } from '../state/run-view';

/** One branch of one run, as requests name it. */
export interface BranchReference {
  readonly run: string;
  readonly lane: number;
  readonly branch: number;
}

/** What the inspector is given besides the runs and the cursor. Saving goes through `SaveFileContext`. */
/** Asks the engine for lenses, packed [steps, streams]: see `encodeReadings`. Rejects like `loadTrajectory`. */
export interface LensLoader {
  /** Of some streams below the last. */
  full(branch: BranchReference, first: number, count: number, streams: readonly number[]): Promise<Float32Array>;
  /** Of all of them, over the tokens that matter; null where the model's lens is not read so. */
  quick(branch: BranchReference, first: number, count: number): Promise<Float32Array | null>;
}

export interface InspectorProps extends PanelProps {
  /** Id of the tab chosen; an unknown one shows the first. */
  readonly tab: string;
  readonly onTab: (tab: string) => void;
  /** Forks a branch of a finished run: `token` stands at `step` (from 0), what came before is kept. */
  readonly onFork: (run: string, lane: number, branch: number, step: number, token: number) => void;
  /** Makes a branch the one shown in its lane. */
  readonly onSelectBranch: (run: string, lane: number, branch: number) => void;
  /** Asks the engine for one frozen basis over these branches. Rejects with what can be told the user. */
  readonly loadTrajectory: (branches: readonly BranchReference[], stream: number, scale: 'unit' | 'raw') => Promise<Trajectory>;
  readonly loadLens: LensLoader;
  /** Asks the engine for a block of rows of a layer's attention. Rejects like `loadTrajectory`. */
  readonly loadAttention: (
    branch: BranchReference,
    query: Omit<RequestParameters<'run.attention'>, keyof BranchReference>,
  ) => Promise<RequestResult<'run.attention'>>;
  /** Asks for one row under every head, exactly: [heads, position + 1]. Rejects like `loadTrajectory`. */
  readonly loadAttentionRow: (branch: BranchReference, layer: number, position: number) => Promise<Float32Array>;
  /** Asks for some rows of a layer, exactly: [count, first + count]. Rejects like `loadTrajectory`. */
  readonly loadAttentionBlock: (
    branch: BranchReference,
    query: Omit<RequestParameters<'run.attentionBlock'>, keyof BranchReference>,
  ) => Promise<Float32Array>;
  readonly onCopy: (text: string) => void;
}
