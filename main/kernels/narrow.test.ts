import { afterAll, expect, it } from 'vitest';
import { Kernels } from './kernels';

const kernels = new Kernels(1);
afterAll(async () => kernels.dispose());

/** What narrowing makes of some floats, and whether each of them is a half. */
function narrowed(floats: Float32Array): { readonly halves: Uint16Array; readonly exact: boolean } {
  const { memory } = kernels;
  const [from, to, inexact] = [memory.allocate(4 * floats.length), memory.allocate(2 * floats.length), memory.allocate(4)];
  memory.floats(from, floats.length).set(floats);
  memory.integers(inexact, 1).fill(0);
  const args = kernels.prepare('narrow', { from, to, count: floats.length, countAtOnce: 1000, inexact });
  kernels.run('narrow', args, Math.ceil(floats.length / 1000));
  const halves = Uint16Array.from(memory.shorts(to, floats.length));
  const exact = memory.integers(inexact, 1)[0] === 0;
  for (const at of [from, to, inexact, args]) memory.free(at);
  return { halves, exact };
}

/** The value of a half, by its definition. @source IEEE 754-2019, 3.4 */
function valueOf(half: number): number {
  const [sign, exponent, fraction] = [half >> 15 ? -1 : 1, (half >> 10) & 31, half & 1023];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

const finite = Uint16Array.from({ length: 65_536 }, (_, half) => half).filter((half) => ((half >> 10) & 31) < 31);

it('finds every finite half again, both zeros among them', () => {
  const { halves, exact } = narrowed(Float32Array.from(finite, valueOf));
  expect(exact).toBe(true);
  expect(halves).toEqual(finite);
});

it.each([
  ['between two halves', 1 + 2 ** -11],
  ['in the last bit', 1 + 2 ** -23],
  ['between two small halves', 2 ** -25],
  ['half a step over a small one', 3 * 2 ** -25],
  ['too small', 2 ** -140],
  ['too large', 65_536],
  ['far too large', 1e30],
  ['infinite', Infinity],
  ['no number', NaN],
])('says that a number is none: %s', (_what, value) => {
  for (const one of [value, -value]) expect(narrowed(Float32Array.of(1, one, -2)).exact).toBe(false);
});
