import type { StepRecord } from '../../main/contract/steps';
import type { LaneView, StepSeries } from './run-view';
import { columnsOf } from './text-columns';

/** What a step says: the token emitted, or what the last layer's lens reads in a thought. */
function stepText(vocabulary: readonly string[], step: StepRecord): string {
  const id = step.kind === 'token' || step.kind === 'prompt' ? step.tokenId : step.targetId;
  return vocabulary[id] ?? `#${id}`;
}

interface TextIndex {
  /** Text of each step. */
  readonly texts: string[];
  /** Steps at which a text stands, ascending. */
  readonly places: Map<string, number[]>;
  /** See `TextColumns`. */
  readonly starts: number[];
}

const indexes = new WeakMap<StepSeries, TextIndex>();

/** Texts of a branch and where they stand; grows with the branch, each step is read once. */
export function textIndex({ modelInfo }: LaneView, steps: StepSeries): TextIndex {
  const index = indexes.get(steps) ?? { texts: [], places: new Map<string, number[]>(), starts: [0] };
  indexes.set(steps, index);
  for (let step = index.texts.length; step < steps.length; step++) {
    const record = steps.at(step);
    const text = record === undefined ? '' : stepText(modelInfo.vocabulary, record);
    index.texts.push(text);
    const columns = record === undefined ? 0 : columnsOf(text, record.kind !== 'token');
    index.starts.push((index.starts.at(-1) ?? 0) + columns);
    const places = index.places.get(text);
    if (places === undefined) index.places.set(text, [step]);
    else places.push(step);
  }
  return index;
}
