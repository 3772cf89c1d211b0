import { isSpecialToken, visibleToken } from '../../design/token-pieces';
import type { TrieBranch } from '../../inspector/branches/branch-trie';
import type { BranchView, LaneView } from '../../state/run-view';
import { readsSubWords } from '../strip/cell-content';

/** Markers that end a branch's thinking: with an answer, or without one. */
const endMarkers: ReadonlySet<string> = new Set(['⟨answer⟩', '⟨end⟩']);

/** What a branch thinks: its tokens up to the marker of the answer or of the end, without the markers the lane began it with. */
export interface Thinking extends TrieBranch {
  /** Steps left out at the beginning. */
  readonly offset: number;
}

export function thinkingOf(lane: LaneView, { branch, steps }: BranchView): Thinking {
  const texts: { key: string; text: string }[] = [];
  const subWords = readsSubWords(lane);
  let offset = 0;
  for (let step = 0; step < steps.length; step++) {
    const record = steps.at(step);
    if (record === undefined) break;
    const text = lane.modelInfo.vocabulary[record.tokenId] ?? `#${record.tokenId}`;
    if (endMarkers.has(text) || (subWords && !record.forced && isSpecialToken(text))) break;
    if (record.forced && texts.length === 0) offset = step + 1;
    else texts.push({ key: text, text: subWords ? text : visibleToken(text) });
  }
  return { branch, steps: texts, offset };
}
