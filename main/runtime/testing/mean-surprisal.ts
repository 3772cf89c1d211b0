import { logProbability, readDistribution } from '../../measures/distribution';
import type { Decoder } from '../decoder';

/** Positions whose logits are in memory at once. */
const portion = 500;

/**
 * Mean of -ln p(token | tokens before it) over the tokens from place `from` (at least 1) on, in nats; its exponential is the perplexity.
 * Every token is read with all of the text before it in view.
 */
export async function meanSurprisal(decoder: Decoder, ids: readonly number[], from = 1): Promise<number> {
  const { width, vocabulary } = decoder;
  const sequence = new Float32Array(ids.length * width);
  ids.forEach((id, i) => sequence.set(decoder.embedding(id), i * width));
  let sum = 0;
  // The token at place t is said by the pass at t - 1.
  for (let first = from - 1; first < ids.length - 1; first += portion) {
    const end = Math.min(first + portion, ids.length - 1);
    const { logits } = await decoder.full(sequence.subarray(0, end * width), { from: first });
    for (let place = first; place < end; place++) {
      const row = logits.subarray((place - first) * vocabulary, (place - first + 1) * vocabulary);
      sum -= logProbability(readDistribution(row), ids[place + 1] ?? -1);
    }
  }
  return sum / (ids.length - from);
}
