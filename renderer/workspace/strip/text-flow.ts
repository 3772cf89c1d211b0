import { isSpecialToken } from '../../design/token-pieces';
import type { RunView, StepSeries } from '../../state/run-view';
import type { Flow } from './pack-cells';

/** How a step of a model of sub-words follows the one before it: lines break at spaces and line ends, as in print. */
export function textFlow(run: RunView, steps: StepSeries, step: number): Flow {
  const textAt = (index: number): string => {
    const record = steps.at(index);
    return record === undefined || record.tokenId < 0 ? '' : (run.info.vocabulary[record.tokenId] ?? '');
  };
  const text = textAt(step);
  const before = step === 0 ? '' : textAt(step - 1);
  if (before.endsWith('\n')) return 'new-line';
  if (text === '' || before === '' || /^\s/.test(text) || /\s$/.test(before)) return 'free';
  return isSpecialToken(text) || isSpecialToken(before) ? 'free' : 'glued';
}
