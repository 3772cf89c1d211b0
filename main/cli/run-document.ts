import type { InterlinearError } from '../contract/errors';
import { deviceNoteOf, modelOfLane } from '../contract/lane-models';
import type { LaneSettings } from '../contract/lanes';
import type { BranchRecord, LaneRecord, ParityCheck, RunInfo, RunOutcome } from '../contract/run';

/** One run as the JSON document prints it. */
export interface RunDocument {
  readonly id?: string;
  readonly prompt: string;
  readonly expected: string | null;
  readonly status: RunOutcome['status'];
  /** The device that was used (where lanes name models of their own, by the run's), and why one is not what was asked for, or null. */
  readonly device: RunInfo['device'] | null;
  readonly deviceNote: string | null;
  readonly lanes: readonly {
    readonly kind: LaneSettings['kind'];
    readonly model: { readonly id: string; readonly weightsSha256: string };
    readonly device: RunInfo['device'];
    readonly settings: Omit<LaneSettings, 'kind' | 'model' | 'device'>;
    readonly answer: string | null;
    readonly verdict: LaneRecord['verdict'];
    /** Index of the branch whose answer this is; null where the lane has none. */
    readonly branch: LaneRecord['branch'];
    readonly text: string;
    readonly steps: number;
    readonly milliseconds: number;
    readonly tokensPerSecond: number;
    readonly picks: LaneRecord['picks'];
    readonly passAtN: number | null;
    readonly error: LaneRecord['error'];
    readonly branches: readonly {
      /** `cut`: ended by `maximumSteps` or by the model's last position. */
      readonly state: BranchRecord['state'];
      readonly steps: number;
      readonly answer: string | null;
      readonly verdict: BranchRecord['verdict'];
      readonly text: string;
      readonly scores: BranchRecord['scores'];
    }[];
  }[];
  readonly trace: string | null;
  /** Whether each check passed, on every model of the run; null where it was not made. */
  readonly parity: Readonly<Record<ParityCheck['name'], boolean | null>>;
  readonly error: RunOutcome['error'];
}

/** Everything a finished run said, gathered from its events or its bundle. */
export interface FinishedRun {
  readonly info: RunInfo;
  readonly lanes: readonly LaneRecord[];
  readonly branches: readonly BranchRecord[];
  readonly outcome: RunOutcome;
}

/** @param trace path of the bundle, or null where none was written */
export function describeFinished(run: FinishedRun, trace: string | null, id?: string): RunDocument {
  const parity = (name: ParityCheck['name']): boolean | null => {
    const checks = run.outcome.parity.filter((check) => check.name === name);
    return checks.length === 0 ? null : checks.every(({ passed }) => passed);
  };
  return {
    ...(id !== undefined && { id }),
    prompt: run.info.request.prompt,
    expected: run.info.check.expected,
    status: run.outcome.status,
    device: run.info.device,
    deviceNote: deviceNoteOf(run.info),
    lanes: run.info.request.lanes.map((lane, index) => {
      const { kind, model: _named, device: _asked, ...settings } = lane;
      const { model, device } = modelOfLane(run.info, index);
      const record = run.lanes.find((candidate) => candidate.lane === index);
      const branches = run.branches.filter((branch) => branch.lane === index).toSorted((a, b) => a.branch - b.branch);
      return {
        kind,
        model: { id: model.id, weightsSha256: model.weightsHash },
        device,
        settings,
        answer: record?.answer ?? null,
        verdict: record?.verdict ?? 'none',
        branch: record?.branch ?? null,
        text: branches.find((branch) => branch.branch === (record?.branch ?? 0))?.text ?? '',
        steps: record?.steps ?? 0,
        milliseconds: record?.milliseconds ?? 0,
        tokensPerSecond: record?.tokensPerSecond ?? 0,
        picks: record?.picks ?? [],
        passAtN: record?.passAtN ?? null,
        error: record?.error ?? null,
        branches: branches.map(({ state, steps, answer, verdict, text, scores }) => ({ state, steps, answer, verdict, text, scores })),
      };
    }),
    trace,
    parity: {
      lastLayerLensEqualsLogits: parity('lastLayerLensEqualsLogits'),
      cachedEqualsUncached: parity('cachedEqualsUncached'),
      equalsReference: parity('equalsReference'),
      exactlyEqualsReference: parity('exactlyEqualsReference'),
    },
    error: run.outcome.error,
  };
}

/** A prompt that could not be run at all. */
export function describeRefused(id: string, prompt: string, error: InterlinearError): RunDocument {
  const parity = { lastLayerLensEqualsLogits: null, cachedEqualsUncached: null, equalsReference: null, exactlyEqualsReference: null };
  return {
    id,
    prompt,
    expected: null,
    status: 'failed',
    device: null,
    deviceNote: null,
    lanes: [],
    trace: null,
    parity,
    error: error.report(),
  };
}
