import { expect, it } from 'vitest';
import { toFloat32 } from './element-types';

/** Bit patterns from IEEE 754-2019 binary16, with the values the standard gives them. */
const halves: readonly (readonly [number, number])[] = [
  [0x0000, 0],
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65504],
  [0x0001, 2 ** -24],
  [0x03ff, 2 ** -14 * (1023 / 1024)],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
];

it('widens half-precision numbers exactly', () => {
  const bytes = new Uint8Array(Uint16Array.from(halves, ([bits]) => bits).buffer);
  expect([...toFloat32('F16', bytes)]).toEqual(halves.map(([, value]) => value));
  expect(toFloat32('F16', Uint8Array.of(0x01, 0x7e))[0]).toBeNaN();
});

it('widens bfloat16 by its upper half', () => {
  expect([...toFloat32('BF16', Uint8Array.of(0x80, 0x3f, 0x49, 0xc0))]).toEqual([1, -3.140625]);
});

it('copies 32-bit floats, whatever their alignment', () => {
  const source = new Uint8Array(9);
  source.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 1);
  const values = toFloat32('F32', source.subarray(1));
  source.fill(0);
  expect([...values]).toEqual([1.5, -2]);
});

it('refuses integers', () => {
  expect(() => toFloat32('I64', new Uint8Array(8))).toThrow(RangeError);
});
