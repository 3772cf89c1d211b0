import type { Alignment, LaneView, RunView } from './run-view';
import { shownBranch } from './run-model';
import { sameTokens } from './same-tokens';
import { textIndex } from './step-text';
import { alignByText } from './text-columns';

/** A lane of a run on screen. */
export interface LaneOfRun {
  readonly run: RunView;
  readonly lane: LaneView;
}

/**
 * The step of `other` that stands beside step `step` of `here`, or null where there is none.
 *
 * - `step`: the same number of steps from the start;
 * - `share`: the same share of the whole branch;
 * - `text`: the same text at its same occurrence (the third "tom" beside the third "tom", or beside the last one).
 *
 * Lanes whose models cut text into tokens differently have no steps in common: by step or by text, they are laid side by side by the
 * place in the text they wrote (`alignByText`).
 */
export function alignedStep(alignment: Alignment, here: LaneOfRun, step: number, other: LaneOfRun): number | null {
  const from = shownBranch(here.lane)?.steps;
  const to = shownBranch(other.lane)?.steps;
  if (to === undefined || to.length === 0) return null;
  if (from === to) return step < to.length ? step : null;
  if (from !== undefined && alignment !== 'share' && !sameTokens([here.lane, other.lane]))
    return alignByText(textIndex(here.lane, from).starts, step, textIndex(other.lane, to).starts);
  switch (alignment) {
    case 'step':
      return step < to.length ? step : null;
    case 'share': {
      if (from === undefined || from.length < 2) return 0;
      return Math.min(to.length - 1, Math.round((step / (from.length - 1)) * (to.length - 1)));
    }
    case 'text': {
      if (from === undefined) return null;
      const source = textIndex(here.lane, from);
      const text = source.texts[step];
      if (text === undefined) return null;
      const occurrence = source.places.get(text)?.indexOf(step) ?? 0;
      const places = textIndex(other.lane, to).places.get(text);
      return places?.[occurrence] ?? places?.at(-1) ?? null;
    }
    default:
      return alignment satisfies never;
  }
}
