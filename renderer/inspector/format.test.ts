import { describe, expect, it } from 'vitest';
import { percent, probability, scaled, whole } from './format';

describe('numbers on screen', () => {
  it('never reads as certain or impossible what is not', () => {
    expect([0, 3.2e-5, 0.0005, 0.5, 0.9996, 1].map(probability)).toEqual(['0', '3e−5', '0.001', '0.500', '>.999', '1.000']);
    expect(probability(null)).toBe('–');
  });

  it('scales to SI prefixes with three figures', () => {
    expect(scaled(81_370_000, 'FLOP')).toBe('81.4 MFLOP');
    expect(scaled(12)).toBe('12');
    expect(whole(1_234_567)).toBe('1\u2009234\u2009567');
    expect([percent(0.412), percent(0.031), percent(NaN)]).toEqual(['41 %', '3.1 %', '–']);
  });
});
