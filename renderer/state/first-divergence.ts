import { isSpecialToken } from '../design/token-pieces';
import type { LaneOfRun } from './align-steps';
import { shownBranch } from './run-model';
import { sameTokens } from './same-tokens';
import { textIndex } from './step-text';

/** A step of a lane's shown branch which the lane, not the app, decided on. */
interface Decision {
  readonly step: number;
  readonly text: string;
}

function decisions({ lane }: LaneOfRun): Decision[] {
  const steps = shownBranch(lane)?.steps;
  if (steps === undefined) return [];
  return textIndex(lane, steps).texts.flatMap((text, step) => (steps.at(step)?.forced === true ? [] : [{ step, text }]));
}

/**
 * The first step at which two lanes say something different: a token, or for a thought what the lens reads in it. Forced
 * markers are skipped, because lanes of different kinds differ in them by design.
 * @returns the step in `here`, or null where the shorter lane ends without having differed
 */
export function firstDivergence(here: LaneOfRun, other: LaneOfRun): number | null {
  const ours = decisions(here);
  const theirs = decisions(other);
  if (!sameTokens([here.lane, other.lane])) return firstDifferentCharacter(ours, theirs);
  const shared = Math.min(ours.length, theirs.length);
  for (let place = 0; place < shared; place++) {
    if (ours[place]?.text !== theirs[place]?.text) return ours[place]?.step ?? null;
  }
  if (ours.length === theirs.length) return null;
  return ours[shared]?.step ?? ours.at(-1)?.step ?? null;
}

/** The same for lanes whose models cut text differently: the step with the first character, white space apart, that the other lane does not have there. */
function firstDifferentCharacter(ours: readonly Decision[], theirs: readonly Decision[]): number | null {
  const bare = ({ text }: Decision): string => (isSpecialToken(text) ? '' : text.replaceAll(/\s/gu, ''));
  const other = theirs.map(bare).join('');
  let at = 0;
  for (const decision of ours) {
    const text = bare(decision);
    if (other.slice(at, at + text.length) !== text) return decision.step;
    at += text.length;
  }
  return at < other.length ? (ours.at(-1)?.step ?? null) : null;
}
