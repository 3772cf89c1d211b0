import type { LaneCost } from '../contract/run';

/** Sizes of a decoder that cost depends on. */
export interface CostSizes {
  readonly layers: number;
  /** Heads times head width: what queries and attention outputs span. */
  readonly attentionWidth: number;
  /** Weights each position is multiplied with (attention, feed-forward, unembedding). */
  readonly matrixParameters: number;
  readonly cacheBytesPerPosition: number;
}

/**
 * Floating-point operations of one position that attends to `context` positions, itself included: 2 per weight, and per
 * layer 2 · width for each score and 2 · width for each weighted value. Norms, activations and softmax are left out (well under 1 %).
 */
export function positionFlops(sizes: CostSizes, context: number): number {
  return 2 * sizes.matrixParameters + 4 * sizes.layers * sizes.attentionWidth * context;
}

/**
 * Cost of a lane after the prompt. Each branch is counted as if it ran alone, so that the figure belongs to the method and
 * not to the schedule: lockstep may compute a beginning that branches share only once.
 * @param promptLength positions of the shared prompt
 * @param branchPositions positions each branch computed after it
 */
export function laneCost(sizes: CostSizes, promptLength: number, branchPositions: readonly number[]): LaneCost {
  let positions = 0;
  let longest = 0;
  let flops = 0;
  for (const count of branchPositions) {
    positions += count;
    longest = Math.max(longest, count);
    // Σ over i = 1 … count of positionFlops(promptLength + i), in closed form.
    flops += count * positionFlops(sizes, promptLength + (count + 1) / 2);
  }
  return { serialDepth: sizes.layers * longest, positions, flops, cacheBytes: positions * sizes.cacheBytesPerPosition };
}
