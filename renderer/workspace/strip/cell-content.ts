import type { StepRecord } from '../../../main/contract/steps';
import { formatBits, formatProbability, visibleToken } from '../../design/format';
import type { RunView } from '../../state/run-view';

export interface GlossPart {
  readonly text: string;
  readonly probability: string;
}

/** What a cell prints. */
export interface CellContent {
  /** The token, or empty for a thought, which is drawn as a diamond. */
  readonly emitted: string;
  readonly thought: boolean;
  readonly forced: boolean;
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

function glossOf(run: RunView, step: StepRecord): GlossPart[] {
  const top = step.layers.at(-1)?.top ?? step.candidates;
  return top.ids.slice(0, longestGloss).flatMap((id, place) => {
    const probability = top.probabilities[place] ?? 0;
    if (place > 0 && probability < runnerUpProbability) return [];
    return [{ text: visibleToken(run.info.vocabulary[id] ?? `#${id}`), probability: formatProbability(probability) }];
  });
}

export function cellContent(run: RunView, step: StepRecord): CellContent {
  const thought = step.kind !== 'token' && step.kind !== 'prompt';
  const gloss = glossOf(run, step);
  const emitted = thought ? '' : visibleToken(run.info.vocabulary[step.tokenId] ?? `#${step.tokenId}`);
  const bits = thought ? step.entropy : step.surprisal;
  const cost = step.forced ? 'forced' : formatBits(bits);
  const lens = gloss.map((part) => `${part.text} ${part.probability}`).join(', ');
  const measure = step.forced ? 'inserted by the lane' : `${thought ? 'entropy' : 'surprisal'} ${formatBits(bits).replace(' b', ' bits')}`;
  return {
    emitted,
    thought,
    forced: step.forced,
    gloss,
    bits: step.forced ? NaN : bits,
    cost,
    label: `Step ${step.index + 1}: ${thought ? step.kind : emitted}; lens ${lens}; ${measure}`,
  };
}
