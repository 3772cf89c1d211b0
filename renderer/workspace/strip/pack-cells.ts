import type { CellContent } from './cell-content';

/** Pixels of the faces used in cells: JetBrains Mono advances 0.6 em a character. */
const advance = { emitted: 13.5 * 0.6, gloss: 11 * 0.6, cost: 10.5 * 0.6, text: 13 * 0.6 } as const;
const cellPadding = 2 * 8 + 2;
const wordPadding = 2 * 3;
const diamond = 14;
export const cellGap = 4;
const smallestCell = 52;

/** Characters outside the Latin subset come from another face; they are given more room. */
function characters(text: string): number {
  let count = 0;
  for (const character of text) count += character.charCodeAt(0) < 0x2100 ? 1 : 1.3;
  return count;
}

/** Width of a cell in pixels, known without asking the page: ten thousand cells are packed without drawing any. */
export function cellWidth(content: CellContent): number {
  const emitted = content.thought ? diamond : characters(content.emitted) * advance.emitted;
  const gloss = content.gloss.reduce((sum, part) => sum + characters(`${part.text} ${part.probability} `), -1) * advance.gloss;
  const cost = content.cost.length * advance.cost;
  return Math.max(smallestCell, Math.ceil(Math.max(emitted, gloss, cost)) + cellPadding);
}

/** Width of a step in the reading view. */
export function wordWidth(content: CellContent): number {
  return Math.ceil((content.thought ? diamond : characters(content.emitted) * advance.text) + wordPadding);
}

/** Breaks a growing sequence of cells into lines: only what is new is measured. */
export class LinePacker {
  readonly #width: number;
  readonly #gap: number;
  readonly #starts: number[] = [];
  #packed = 0;
  #used = 0;

  /** @param width pixels a line has */
  constructor(width: number, gap: number) {
    this.#width = width;
    this.#gap = gap;
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** Packs the cells up to `length`. @param widthOf pixels of a cell */
  extend(length: number, widthOf: (step: number) => number): void {
    for (; this.#packed < length; this.#packed++) {
      const width = Math.min(this.#width, widthOf(this.#packed));
      if (this.#starts.length === 0 || this.#used + this.#gap + width > this.#width) {
        this.#starts.push(this.#packed);
        this.#used = width;
      } else {
        this.#used += this.#gap + width;
      }
    }
  }

  /** First step of a line and the one after its last. */
  line(index: number): readonly [number, number] {
    return [this.#starts[index] ?? this.#packed, this.#starts[index + 1] ?? this.#packed];
  }

  /** The line a step stands in. */
  lineOf(step: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= step) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
