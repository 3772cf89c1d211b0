import { describe, expect, it } from 'vitest';
import { parseLane } from './parse-lane';

describe('parseLane', () => {
  it('fills in the defaults of a bare kind', () => {
    expect(parseLane('direct')).toEqual({ kind: 'direct', maximumSteps: 128 });
  });

  it('reads settings, with dashed names too', () => {
    expect(parseLane('cot:temperature=0.8,samples=4,top-k=5')).toMatchObject({ kind: 'cot', temperature: 0.8, samples: 4, topK: 5 });
    expect(parseLane('best-of-n:n=16,pick=self-certainty')).toMatchObject({ n: 16, pick: 'self-certainty' });
  });

  it.each([
    ['chain', 'no lane “chain”'],
    ['cot:temperature', 'not name=value'],
    ['cot:heat=1', 'Unrecognized key'],
    ['coconut:thoughts=13', 'thoughts'],
    ['coconut:thoughts=two', 'thoughts'],
    ['best-of-n:n=0', 'n'],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => parseLane(text)).toThrow(message);
  });
});
