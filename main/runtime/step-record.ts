import { type BranchIndex, bits, type LaneIndex, milliseconds, type StepIndex } from '../contract/ids';
import type { Candidates, StepRecord } from '../contract/steps';
import type { Move } from '../lanes/lane';
import { margin } from '../measures/candidates';
import { logProbability, surprisal } from '../measures/distribution';
import { layerReading } from '../measures/lens-reading';
import type { NearestTokens } from '../measures/nearest-tokens';
import { cosine } from '../measures/vectors';
import type { PassReading } from './pass-reader';

const none: Candidates = { ids: [], probabilities: [] };

/** Where a step stands. */
export interface StepPlace {
  readonly lane: LaneIndex;
  readonly branch: BranchIndex;
  readonly index: StepIndex;
  /** Post-norm hidden state of the pass before the previous step; null at a branch's first step. */
  readonly previousHidden: Float32Array | null;
}

/**
 * Everything measured of one step.
 * @throws RangeError for a token outside the vocabulary; InterlinearError when the pass gave no numbers
 */
export function stepRecord(place: StepPlace, move: Move, reading: PassReading, nearest: NearestTokens): StepRecord {
  const { lane, branch, index, previousHidden } = place;
  const { distribution, top } = reading.last();
  const isToken = move.kind === 'token';
  const targetId = isToken ? move.tokenId : (top.ids[0] ?? -1);
  const logProbabilityOfToken = isToken ? logProbability(distribution, move.tokenId) : NaN;
  return {
    lane,
    branch,
    index,
    kind: move.kind,
    tokenId: isToken ? move.tokenId : -1,
    targetId,
    forced: isToken && move.forced,
    logProbability: logProbabilityOfToken,
    surprisal: isToken ? surprisal(logProbabilityOfToken) : bits(NaN),
    entropy: distribution.entropy,
    margin: margin(reading.candidates()),
    cosineToPrevious: previousHidden ? cosine(reading.output.hidden, previousHidden) : NaN,
    milliseconds: milliseconds(reading.milliseconds),
    candidates: reading.candidates(),
    sampled: isToken ? move.sampled : none,
    layers: reading.lenses().map((lens) => layerReading(lens, targetId)),
    nearest: isToken ? none : nearest.find(move.vector),
  };
}
