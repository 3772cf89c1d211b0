import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { activations } from '../graph/decoder-spec';
import { Kernels } from './kernels';

const kernels = new Kernels(1);
afterAll(async () => kernels.dispose());

/** Activations in 64 bits; the error function by its series. */
const plain: Readonly<Record<(typeof activations)[number], (x: number) => number>> = {
  silu: (x) => x / (1 + Math.exp(-x)),
  gelu: (x) => 0.5 * x * (1 + errorFunction(x / Math.SQRT2)),
  'gelu-tanh': (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
};

function errorFunction(x: number): number {
  // Further out the series loses more than the 1.6e-8 that this is wrong.
  if (Math.abs(x) > 4) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Of one row; with `up`, gates times these. */
function activated(kind: number, gates: Float32Array, up?: Float32Array): Float32Array {
  const { memory } = kernels;
  const width = gates.length;
  const [from, to] = [memory.allocate(8 * width), memory.allocate(4 * width)];
  memory.floats(from, width).set(gates);
  if (up) memory.floats(from + 4 * width, width).set(up);
  const inputs = { rows: 1, blocks: 0, integers: 0, scales: 0, sums: 0, inBytes: 0 };
  const args = kernels.prepare('activate', { ...inputs, kind, from, width, gated: up ? 1 : 0, to });
  kernels.run('activate', args, 1);
  const found = memory.floats(to, width).slice();
  for (const at of [from, to, args]) memory.free(at);
  return Float32Array.from(found);
}

describe.each(activations.map((name, kind) => ({ name, kind })))('$name', ({ name, kind }) => {
  // Eight at a time, then four, then one.
  it.each([1, 4, 7, 8, 15, 64])('is what plain arithmetic gives, %i wide, with gates and without', (width) => {
    for (const size of [0.01, 1, 10]) {
      const x = Float32Array.from({ length: width }, (_, i) => Math.sin(i * 12.9898 + width) * size);
      const up = Float32Array.from({ length: width }, (_, i) => Math.cos(i * 7.1) * 3);
      const [without, gated] = [activated(kind, x), activated(kind, x, up)];
      for (const [i, value] of x.entries()) {
        const expected = plain[name](value);
        const allowed = 1e-6 * Math.max(Math.abs(value), 1);
        expect(Math.abs((without[i] ?? NaN) - expected)).toBeLessThan(allowed);
        expect(Math.abs((gated[i] ?? NaN) - expected * (up[i] ?? NaN))).toBeLessThan(4 * allowed);
      }
    }
  });

  it('hides no NaN', () => {
    const x = new Float32Array(16).fill(1);
    x[5] = NaN;
    x[12] = NaN;
    expect([...activated(kind, x, new Float32Array(16).fill(1))].map(Number.isNaN)).toEqual([...x].map(Number.isNaN));
  });
});

it('keeps the sign and the size of anything', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true, min: -80, max: 80 }), { minLength: 1, maxLength: 40 }), (list) => {
      const x = Float32Array.from(list);
      const found = activated(activations.indexOf('silu'), x, new Float32Array(x.length).fill(1));
      for (const [i, value] of x.entries()) {
        const expected = plain.silu(value);
        expect(Math.abs((found[i] ?? NaN) - expected)).toBeLessThanOrEqual(1e-6 * Math.abs(expected) + 2 ** -126);
      }
    }),
  );
});
