import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contrast, mix, readableOn } from './colour';

describe('contrast', () => {
  it('agrees with the values WCAG publishes', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 10);
    expect(contrast([255, 0, 0], [255, 255, 255])).toBeCloseTo(3.998, 3);
    expect(contrast([118, 118, 118], [255, 255, 255])).toBeCloseTo(4.54, 2);
  });

  it('leaves text readable on any background', () => {
    const channel = fc.integer({ min: 0, max: 255 });
    fc.assert(fc.property(fc.tuple(channel, channel, channel), (background) => contrast(background, readableOn(background)) >= 4.5));
  });

  it('mixes as an overlay does', () => {
    expect(mix([255, 255, 255], [0, 100, 200], 0.5)).toEqual([127.5, 177.5, 227.5]);
  });
});
