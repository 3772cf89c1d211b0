import type { StepRecord } from '../../../main/contract/steps';
import { formatBits, formatProbability } from '../../design/format';
import { isSpecialToken, visibleToken } from '../../design/token-pieces';
import type { LaneView } from '../../state/run-view';

export interface GlossPart {
  /** Empty where it is the token emitted: the number alone says so. */
  readonly text: string;
  readonly probability: string;
}

/** What a cell prints. */
export interface CellContent {
  /** The token's text as it stands in the vocabulary; empty for a thought, which is drawn as a diamond. */
  readonly text: string;
  /** The same with its whitespace visible. */
  readonly emitted: string;
  readonly thought: boolean;
  readonly forced: boolean;
  /** A control token, not text. */
  readonly special: boolean;
  /** One line of gloss and no bits: for models that read sub-words, whose lanes are long. */
  readonly dense: boolean;
  /** Last-layer lens: top-1 and the runners-up that matter, highest first. */
  readonly gloss: readonly GlossPart[];
  /** What the background stands for: surprisal, or a thought's entropy. NaN for a forced marker. */
  readonly bits: number;
  /** The third line. */
  readonly cost: string;
  /** All of it in words. */
  readonly label: string;
}

/** A runner-up below this probability is left out. */
const runnerUpProbability = 0.1;
const longestGloss = 3;
const longestDenseGloss = 10;

/** Models of text read pieces of words; the embedded one reads whole names. */
export function readsSubWords({ modelInfo }: LaneView): boolean {
  return modelInfo.model.task === 'text';
}

function textOf({ modelInfo }: LaneView, id: number): string {
  return modelInfo.vocabulary[id] ?? `#${id}`;
}

function glossOf(lane: LaneView, step: StepRecord): GlossPart[] {
  const top = step.layers.at(-1)?.top ?? step.candidates;
  return top.ids.slice(0, longestGloss).flatMap((id, place) => {
    const probability = top.probabilities[place] ?? 0;
    if (place > 0 && probability < runnerUpProbability) return [];
    return [{ text: visibleToken(textOf(lane, id)), probability: formatProbability(probability) }];
  });
}

/** The lens's first choice: its probability alone where it is what was emitted. */
function denseGloss(step: StepRecord, gloss: readonly GlossPart[], thought: boolean): GlossPart[] {
  const [first] = gloss;
  if (first === undefined) return [];
  const top = step.layers.at(-1)?.top ?? step.candidates;
  if (!thought && top.ids[0] === step.tokenId) return [{ text: '', probability: first.probability }];
  const text = first.text.length <= longestDenseGloss ? first.text : `${first.text.slice(0, longestDenseGloss - 1)}…`;
  return [{ text, probability: first.probability }];
}

export function cellContent(lane: LaneView, step: StepRecord): CellContent {
  const thought = step.kind !== 'token' && step.kind !== 'prompt';
  const dense = readsSubWords(lane);
  const gloss = glossOf(lane, step);
  const text = thought ? '' : textOf(lane, step.tokenId);
  const emitted = thought ? '' : visibleToken(text);
  const bits = thought ? step.entropy : step.surprisal;
  const cost = step.forced ? 'forced' : formatBits(bits);
  const lens = gloss.map((part) => `${part.text} ${part.probability}`).join(', ');
  const measure = step.forced ? 'inserted by the lane' : `${thought ? 'entropy' : 'surprisal'} ${formatBits(bits).replace(' b', ' bits')}`;
  return {
    text,
    emitted,
    thought,
    forced: step.forced,
    special: !thought && isSpecialToken(text),
    dense,
    gloss: dense ? denseGloss(step, gloss, thought) : gloss,
    bits: step.forced ? NaN : bits,
    cost,
    label: `Step ${step.index + 1}: ${thought ? step.kind : emitted}; lens ${lens}; ${measure}`,
  };
}
