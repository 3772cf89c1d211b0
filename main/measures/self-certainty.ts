import type { Distribution } from './distribution';

/**
 * Self-certainty at one position: KL(U || p) = -(1/V) Σ_j ln(V p_j), in nats, where U is uniform over the V tokens.
 * The direction matters: KL from the uniform distribution *to* the model's, so it is 0 for a uniform p, grows with
 * certainty, and is Infinity where a token is impossible. A branch's score is the mean over its generated tokens.
 * With z the logits this is logNormaliser - mean(z) - ln V, so no probability needs to be formed.
 * @source Kang, Zhao, Song, "Scalable Best-of-N Selection for Large Language Models via Self-Certainty", arXiv 2502.18581, definition of self-certainty
 */
export function selfCertainty(distribution: Distribution): number {
  const { logits, logNormaliser, mean } = distribution;
  return logNormaliser - mean - Math.log(logits.length);
}
