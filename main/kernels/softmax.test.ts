import fc from 'fast-check';
import kernels from 'virtual:kernels';
import { describe, expect, it } from 'vitest';

/** Where callers' memory begins; below lie the kernels' own constants. */
const START = 65_536;
const GUARD = 12_345;

const memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
const compiled = new WebAssembly.Module(kernels);
const { softmax } = new WebAssembly.Instance(compiled, { env: { memory } }).exports as {
  softmax: (from: number, to: number, count: number) => void;
};

/** Through the kernel, with a number behind the result that has to stay. `inPlace`: over the logits themselves. */
function probabilities(logits: Float32Array, inPlace = false): Float32Array {
  new Float32Array(memory.buffer, START, logits.length + 1).set([...logits, GUARD]);
  const to = inPlace ? START : START + 4 * (logits.length + 1);
  const result = new Float32Array(memory.buffer, to, logits.length + 1);
  result[logits.length] = GUARD;
  softmax(START, to, logits.length);
  expect(result[logits.length]).toBe(GUARD);
  return result.slice(0, logits.length);
}

/** Compares with a plain loop in 64 bits: to 1e-6, the rounding of a logit's distance to the greatest, and the least normal float. */
function expectPlain(logits: Float32Array, actual: Float32Array): void {
  const top = logits.reduce((best, value) => Math.max(best, value), -Infinity);
  const weights = Array.from(logits, (logit) => Math.exp(logit - top));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const wrong = weights.flatMap((weight, index) => {
    const expected = weight / sum;
    const distance = Math.min(top - (logits[index] ?? NaN), 128);
    const allowed = expected * (1e-6 + distance * 2 ** -24) + 2 ** -126;
    const found = actual[index] ?? NaN;
    return Math.abs(found - expected) <= allowed && (found === 0 || found >= 2 ** -126) ? [] : [{ index, expected, found }];
  });
  expect(wrong).toEqual([]);
}

function spread(count: number, width: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin(index * 12.9898) * width);
}

describe('softmax in WebAssembly', () => {
  it('asks for memory and for nothing else', () => {
    expect(WebAssembly.Module.imports(compiled)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 1_000, 49_152])('is what a plain loop computes (%i logits)', (count) => {
    for (const width of [1e-30, 0.1, 5, 60, 1e6]) {
      const logits = spread(count, width);
      const apart = probabilities(logits);
      expectPlain(logits, apart);
      const over = probabilities(logits, true);
      expect(over.every((probability, index) => probability === apart[index])).toBe(true);
    }
  });

  it('stays finite with the largest and the smallest numbers there are', () => {
    for (const list of [
      [3.4e38, -3.4e38, 0],
      [1e-45, -1e-45, 0, 0, 0],
      [-3.4e38, -3.4e38],
      [0, -87.2, -87.33, -87.34, -88, -104],
      [-Infinity, 2, -Infinity, 3, -Infinity],
    ]) {
      const logits = Float32Array.from(list);
      expectPlain(logits, probabilities(logits));
    }
  });

  it.each([0, 5])('hides no NaN (place %i)', (place) => {
    const logits = spread(6, 1);
    logits[place] = NaN;
    expect(probabilities(logits).every(Number.isNaN)).toBe(true);
  });

  it('is what a plain loop computes, for any logits', () => {
    const logit = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.float({ min: -90, max: 0, noNaN: true }));
    fc.assert(
      fc.property(fc.array(logit, { minLength: 1, maxLength: 70 }), (list) => {
        const logits = Float32Array.from(list);
        expectPlain(logits, probabilities(logits));
      }),
    );
  });
});
