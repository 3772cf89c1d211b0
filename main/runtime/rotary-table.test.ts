import { expect, it } from 'vitest';
import { rotaryTable } from './rotary-table';

it('turns pair i of position p by p · theta^(-2i / Hd)', () => {
  const { cosines, sines, positions } = rotaryTable({ kind: 'rotary', theta: 100 }, 4, 3);
  expect(positions).toBe(3);
  const angles = [0, 0, 1, 0.1, 2, 0.2];
  angles.forEach((angle, i) => {
    expect(cosines[i]).toBeCloseTo(Math.cos(angle), 6);
    expect(sines[i]).toBeCloseTo(Math.sin(angle), 6);
  });
});
