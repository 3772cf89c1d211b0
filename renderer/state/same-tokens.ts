import type { ModelSummary } from '../../main/contract/model';
import type { LaneView } from './run-view';

/** Whether two models cut text into tokens alike. Where a recorded run does not say by which tokenizer, only the same weights are sure to. */
function cutAlike(one: ModelSummary, other: ModelSummary): boolean {
  if (one.tokenizerHash === undefined || other.tokenizerHash === undefined) return one.weightsHash === other.weightsHash;
  return one.tokenizerHash === other.tokenizerHash;
}

/** Whether the models of all lanes cut text into tokens alike. */
export function sameTokens(lanes: readonly LaneView[]): boolean {
  const first = lanes[0]?.modelInfo.model;
  return first === undefined || lanes.every(({ modelInfo }) => cutAlike(first, modelInfo.model));
}
