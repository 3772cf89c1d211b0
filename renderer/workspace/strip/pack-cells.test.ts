import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CellWidths, type Flow, LinePacker } from './pack-cells';

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

  const flows = fc.array(fc.tuple(fc.integer({ min: 1, max: 120 }), fc.constantFrom<Flow>('free', 'glued', 'new-line')), {
    maxLength: 200,
  });

  it('never breaks a word that fits a line, and begins one after every line end', () => {
    fc.assert(
      fc.property(flows, fc.integer({ min: 0, max: 200 }), (steps, cut) => {
        const widthOf = (step: number): number => steps[step]?.[0] ?? 0;
        const flowOf = (step: number): Flow => steps[step]?.[1] ?? 'free';
        const packer = new LinePacker(300, 0);
        packer.extend(Math.min(cut, steps.length), widthOf, flowOf);
        packer.extend(steps.length, widthOf, flowOf);
        const packed = lines(packer);
        expect(packed.flat()).toEqual(steps.map((_, step) => step));
        for (const [first = 0, ...rest] of packed) {
          expect(widthOf(first) + rest.reduce((sum, step) => sum + widthOf(step), 0)).toBeLessThanOrEqual(300);
          for (const step of rest) expect(flowOf(step)).not.toBe('new-line');
          if (first === 0 || flowOf(first) !== 'glued') continue;
          // A line begins inside a word only where the word up to here is wider than a line.
          let start = first;
          while (start > 0 && flowOf(start) === 'glued') start--;
          const word = steps.slice(start, first + 1).reduce((sum, [width]) => sum + width, 0);
          expect(word).toBeGreaterThan(300);
        }
      }),
    );
  });
});

describe('cell widths', () => {
  it('are measured once, however often lines are broken anew', () => {
    const widths = new CellWidths();
    let measured = 0;
    const widthOf = (step: number): number =>
      widths.of(step, () => {
        measured += 1;
        return 20 + (step % 7);
      });
    const lines = [300, 301, 640].map((room) => {
      const packer = new LinePacker(room, 2);
      packer.extend(5_000, widthOf);
      return packer.lineCount;
    });
    expect(measured).toBe(5_000);
    expect(lines[2]).toBeLessThan(lines[0] ?? 0);
    expect(widths.get(4_999)).toBe(20 + (4_999 % 7));
    expect(widths.get(5_000)).toBeUndefined();
  });
});
