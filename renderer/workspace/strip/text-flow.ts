import { isSpecialToken } from '../../design/token-pieces';
import type { LaneView, StepSeries } from '../../state/run-view';
import { textIndex } from '../../state/step-text';
import type { Flow } from './pack-cells';

/** How a step of a model of sub-words follows the one before it: lines break at spaces and line ends, as in print. */
export function textFlow(lane: LaneView, steps: StepSeries, step: number): Flow {
  const { texts } = textIndex(lane, steps);
  const text = texts[step] ?? '';
  const before = texts[step - 1] ?? '';
  if (before.endsWith('\n')) return 'new-line';
  if (text === '' || before === '' || /^\s/.test(text) || /\s$/.test(before)) return 'free';
  return isSpecialToken(text) || isSpecialToken(before) ? 'free' : 'glued';
}
