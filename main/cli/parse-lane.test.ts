import { describe, expect, it } from 'vitest';
import { InterlinearError } from '../contract/errors';
import { parseLane } from './parse-lane';

describe('parseLane', () => {
  it('fills in the defaults of a bare kind', () => {
    expect(parseLane('direct')).toEqual({ kind: 'direct', maximumSteps: 128 });
  });

  it('reads settings, with dashed names too', () => {
    expect(parseLane('cot:temperature=0.8,samples=4,top-k=5')).toMatchObject({ kind: 'cot', temperature: 0.8, samples: 4, topK: 5 });
    expect(parseLane('best-of-n:n=16,pick=self-certainty')).toMatchObject({ n: 16, pick: 'self-certainty' });
  });

  it('reads the model a lane is on, whatever its id looks like', () => {
    expect(parseLane('cot:model=123,temperature=0.7')).toMatchObject({ kind: 'cot', model: '123', temperature: 0.7 });
  });

  it('reads the device of that model', () => {
    expect(parseLane('direct:model=other,device=webgpu')).toMatchObject({ model: 'other', device: 'webgpu' });
    expect(() => parseLane('direct:model=other,device=abacus')).toThrow('“abacus” will not do for device of the lane “direct”');
  });

  it.each([
    ['chain', 'no lane “chain”'],
    ['cot:temperature', 'not name=value'],
    ['cot:heat=1', 'The lane “cot” has no setting “heat”.'],
    ['coconut:thoughts=13', '“13” will not do for thoughts of the lane “coconut”: Too big'],
    ['coconut:thoughts=two', '“two” will not do for thoughts of the lane “coconut”'],
    ['best-of-n:n=0', '“0” will not do for n of the lane “best-of-n”: Too small'],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => parseLane(text)).toThrow(message);
  });

  it('names the settings there are', () => {
    const hint = (text: string): string => {
      try {
        parseLane(text);
        return '';
      } catch (error) {
        return error instanceof InterlinearError ? error.hint : '';
      }
    };
    expect(hint('coconut:temprature=1')).toBe('Its settings are thoughts, maximumSteps.');
    expect(hint('direct:maximumSteps=many')).toBe('Its settings are maximumSteps.');
  });
});
