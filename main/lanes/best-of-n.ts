import { type BestOfNSettings, picks } from '../contract/lanes';
import { highest, voteShares } from '../measures/majority';
import { chainRule } from './cot';
import type { BranchResult, Decision, Lane, LaneContext } from './lane';
import { drawingFor } from './sampler';

/** N sampled chains, and a choice between them. */
export function bestOfNLane(settings: BestOfNSettings, context: LaneContext): Lane {
  return {
    kind: settings.kind,
    branches: settings.n,
    maximumSteps: settings.maximumSteps,
    drawing: drawingFor(settings),
    next: chainRule(settings, context),
    decide: (branches) => choose(settings.pick, branches),
  };
}

/**
 * What each score picks among the branches that gave an answer. Equal votes go to the branch of higher mean log-probability, all other
 * ties to the lower branch.
 */
function choose(pick: BestOfNSettings['pick'], branches: readonly BranchResult[]): Decision {
  const answered = branches.map(({ answer }) => answer !== null);
  const votes = voteShares(branches.map(({ answer }) => answer));
  const meanLogProbability = (index: number): number | null => branches[index]?.meanLogProbability ?? null;
  const pickedBy = {
    majority: highest(answered, (index) => votes[index] ?? 0, meanLogProbability),
    'mean-log-probability': highest(answered, meanLogProbability),
    'self-certainty': highest(answered, (index) => branches[index]?.selfCertainty ?? null),
  };
  return { branch: pickedBy[pick], picks: picks.map((name) => ({ pick: name, branch: pickedBy[name] })) };
}
