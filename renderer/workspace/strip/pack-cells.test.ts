import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinePacker } from './pack-cells';

const widths = fc.array(fc.integer({ min: 10, max: 400 }), { maxLength: 200 });

/** The lines as lists of steps. */
function lines(packer: LinePacker): number[][] {
  return Array.from({ length: packer.lineCount }, (_, line) => {
    const [first, end] = packer.line(line);
    return Array.from({ length: end - first }, (_, place) => first + place);
  });
}

describe('LinePacker', () => {
  it('puts every cell in one line, in order, and no line over its width', () => {
    fc.assert(
      fc.property(widths, (cells) => {
        const packer = new LinePacker(300, 4);
        packer.extend(cells.length, (step) => cells[step] ?? 0);
        expect(lines(packer).flat()).toEqual(cells.map((_, step) => step));
        for (const line of lines(packer)) {
          const used = line.reduce((sum, step) => sum + Math.min(300, cells[step] ?? 0), 4 * (line.length - 1));
          expect(used).toBeLessThanOrEqual(300);
        }
      }),
    );
  });

  it('packs a stream as it would the whole', () => {
    fc.assert(
      fc.property(widths, fc.integer({ min: 0, max: 200 }), (cells, cut) => {
        const widthOf = (step: number): number => cells[step] ?? 0;
        const whole = new LinePacker(300, 4);
        whole.extend(cells.length, widthOf);
        const parts = new LinePacker(300, 4);
        parts.extend(Math.min(cut, cells.length), widthOf);
        parts.extend(cells.length, widthOf);
        expect(lines(parts)).toEqual(lines(whole));
      }),
    );
  });

  it('finds the line of a step', () => {
    const packer = new LinePacker(100, 0);
    packer.extend(1000, (step) => 20 + (step % 3) * 10);
    for (const [line, steps] of lines(packer).entries()) {
      for (const step of steps) expect(packer.lineOf(step)).toBe(line);
    }
  });
});
