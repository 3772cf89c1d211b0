import { visibleToken } from '../../design/format';
import type { TrieBranch } from '../../inspector/branches/branch-trie';
import type { BranchView, RunView } from '../../state/run-view';

const answerMarker = '⟨answer⟩';

/** What a branch thinks: its tokens up to the marker of the answer, without the markers the lane began it with. */
export interface Thinking extends TrieBranch {
  /** Steps left out at the beginning. */
  readonly offset: number;
}

export function thinkingOf(run: RunView, { branch, steps }: BranchView): Thinking {
  const texts: { key: string; text: string }[] = [];
  let offset = 0;
  for (let step = 0; step < steps.length; step++) {
    const record = steps.at(step);
    const text = record === undefined ? answerMarker : (run.info.vocabulary[record.tokenId] ?? `#${record.tokenId}`);
    if (text === answerMarker) break;
    if (record?.forced === true && texts.length === 0) offset = step + 1;
    else texts.push({ key: text, text: visibleToken(text) });
  }
  return { branch, steps: texts, offset };
}
