import type { StepRecord } from '../../main/contract/steps';
import type { RunView, StepSeries } from './run-view';

/** What a step says: the token emitted, or what the last layer's lens reads in a thought. */
function stepText(run: RunView, step: StepRecord): string {
  const id = step.kind === 'token' || step.kind === 'prompt' ? step.tokenId : step.targetId;
  return run.info.vocabulary[id] ?? `#${id}`;
}

interface TextIndex {
  /** Text of each step. */
  readonly texts: string[];
  /** Steps at which a text stands, ascending. */
  readonly places: Map<string, number[]>;
}

const indexes = new WeakMap<StepSeries, TextIndex>();

/** Texts of a branch and where they stand; grows with the branch, each step is read once. */
export function textIndex(run: RunView, steps: StepSeries): TextIndex {
  const index = indexes.get(steps) ?? { texts: [], places: new Map<string, number[]>() };
  indexes.set(steps, index);
  for (let step = index.texts.length; step < steps.length; step++) {
    const record = steps.at(step);
    const text = record === undefined ? '' : stepText(run, record);
    index.texts.push(text);
    const places = index.places.get(text);
    if (places === undefined) index.places.set(text, [step]);
    else places.push(step);
  }
  return index;
}
