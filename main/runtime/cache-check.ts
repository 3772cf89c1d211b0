import { toErrorReport } from '../contract/errors';
import type { ParityCheck } from '../contract/run';
import type { BranchRun } from './branch-run';
import type { Decoder } from './decoder';
import { type Comparison, parityCheck } from './parity-check';

/** Logits that are held at once: 16 MiB. */
const mostLogits = 1 << 22;

/**
 * Parity of the cache: the input of the longest branch (its first positions, where it is very long), thoughts included, is read
 * again with no cache, and must give the same hidden state at every position and, where it is read to its end, the same logits at the last. Differences in the cache, its forks, masks or positions all end up there.
 */
export async function checkCache(
  decoder: Decoder,
  prompt: readonly number[],
  branches: readonly BranchRun[],
  comparison: Comparison,
): Promise<ParityCheck> {
  const name = 'cachedEqualsUncached';
  const branch = branches.reduce<BranchRun | null>((longest, each) => (each.steps > (longest?.steps ?? 0) ? each : longest), null);
  if (!branch) return parityCheck(name, Infinity, 'nothing: no branch has a step');
  const hidden = branch.hidden.slice(0, Math.max(1, Math.floor(mostLogits / decoder.vocabulary)));
  const ownLogits = hidden.length === branch.steps ? branch.lastLogits : null;
  const inputs = [...prompt.map((token) => decoder.embedding(token)), ...branch.consumed(decoder, hidden.length - 1)];
  const sequence = new Float32Array(inputs.length * decoder.width);
  inputs.forEach((input, position) => sequence.set(input, position * decoder.width));
  const compared = `hidden states of ${hidden.length === branch.steps ? '' : 'the first '}${hidden.length} positions of lane ${branch.lane + 1}, branch ${branch.branch + 1}${ownLogits ? ', and the last logits' : ''}`;
  try {
    const full = await decoder.full(sequence, { from: prompt.length - 1 });
    const reference = (position: number): Float32Array => full.hidden.subarray(position * decoder.width, (position + 1) * decoder.width);
    // The pass before step i stands at the prompt's last position plus i.
    const compare = (largest: number, vector: Float32Array, i: number): number =>
      Math.max(largest, comparison.measure(vector, reference(i)));
    const lastLogits = full.logits.subarray((full.positions - 1) * decoder.vocabulary, full.positions * decoder.vocabulary);
    const atEnd = ownLogits ? comparison.measure(ownLogits, lastLogits) : 0;
    return parityCheck(name, hidden.reduce(compare, atEnd), compared, comparison);
  } catch (thrown) {
    return parityCheck(name, Infinity, `nothing: reading without a cache failed (${toErrorReport(thrown).message})`);
  }
}
