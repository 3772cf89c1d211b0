import { describe, expect, it } from 'vitest';
import { laneCost, positionFlops } from './cost';

describe('cost', () => {
  /** kin: two layers of four 128 x 128 and three 128 x 256 matrices, unembedding 128 x 585; keys and values of 128 in 32 bits. */
  const sizes = {
    layers: 2,
    attentionWidth: 128,
    matrixParameters: 2 * (4 * 128 * 128 + 3 * 128 * 256) + 128 * 585,
    cacheBytesPerPosition: 2 * 2 * 128 * 4,
  };

  it('counts two operations a weight and the attention over the context', () => {
    // 805 120 for the weights; for 30 positions, in 2 layers, 128 multiply-adds for each score and for each value.
    expect(positionFlops(sizes, 30)).toBe(805_120 + 2 * 2 * 2 * 128 * 30);
  });

  it('adds positions up as if each were counted on its own', () => {
    let flops = 0;
    for (const positions of [3, 0, 5]) for (let i = 1; i <= positions; i++) flops += positionFlops(sizes, 26 + i);
    expect(laneCost(sizes, 26, [3, 0, 5])).toEqual({ serialDepth: 10, positions: 8, flops, cacheBytes: 8 * 2048 });
    expect(laneCost(sizes, 26, [])).toEqual({ serialDepth: 0, positions: 0, flops: 0, cacheBytes: 0 });
  });
});
