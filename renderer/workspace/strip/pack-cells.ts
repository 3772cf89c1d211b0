import type { CellContent } from './cell-content';

/** Pixels of the faces used in cells: JetBrains Mono advances 0.6 em a character. */
const advance = { emitted: 13.5 * 0.6, gloss: 11 * 0.6, cost: 10.5 * 0.6, text: 13 * 0.6 } as const;
const cellPadding = 2 * 8 + 2;
const denseCellPadding = 2 * 4 + 2;
const wordPadding = 2 * 3;
const diamond = 14;
export const cellGap = 4;
export const denseCellGap = 2;
const smallestCell = 52;
const smallestDenseCell = 26;

/** Whether a character comes from a face whose characters are as wide as they are high: Chinese, Japanese, Korean, emoji. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    code >= 0x1_f000
  );
}

/** Characters outside the Latin subset come from another face; they are given more room. */
function characters(text: string): number {
  let count = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    count += isWide(code) ? 1.75 : code < 0x2100 ? 1 : 1.3;
  }
  return count;
}

/** Width of a cell in pixels, known without asking the page: ten thousand cells are packed without drawing any. */
export function cellWidth(content: CellContent): number {
  const emitted = content.thought ? diamond : characters(content.emitted) * advance.emitted;
  const gloss = content.gloss.reduce((sum, part) => sum + characters(`${part.text} ${part.probability} `), -1) * advance.gloss;
  if (content.dense) return Math.max(smallestDenseCell, Math.ceil(Math.max(emitted, gloss)) + denseCellPadding);
  const cost = content.cost.length * advance.cost;
  return Math.max(smallestCell, Math.ceil(Math.max(emitted, gloss, cost)) + cellPadding);
}

/** Width of a step in the reading view. Sub-words stand against each other as in print. */
export function wordWidth(content: CellContent): number {
  const text = content.thought ? diamond : characters(content.emitted) * advance.text;
  return content.dense ? text : Math.ceil(text + wordPadding);
}

/**
 * Where a step may stand: `free` to begin a line, `glued` to the step before it (the rest of its word), or at the beginning of a
 * `new-line`.
 */
export type Flow = 'free' | 'glued' | 'new-line';

/** Pixels of each cell of a growing sequence. */
export class CellWidths {
  #values = new Float32Array(256);
  #length = 0;

  get(step: number): number | undefined {
    return step < this.#length ? this.#values[step] : undefined;
  }

  /** Cells are set in order. */
  set(step: number, width: number): void {
    if (step >= this.#values.length) {
      const grown = new Float32Array(2 * this.#values.length);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[step] = width;
    this.#length = step + 1;
  }

  /** The width of the next cell or of one before, measured once: lines of another length need no cell measured again. */
  of(step: number, measure: () => number): number {
    const known = this.get(step);
    if (known !== undefined) return known;
    const width = measure();
    this.set(step, width);
    return width;
  }
}

/** Breaks a growing sequence of cells into lines: only what is new is measured. */
export class LinePacker {
  readonly #width: number;
  readonly #gap: number;
  readonly #starts: number[] = [];
  /** Pixels of each cell packed. */
  readonly #widths = new CellWidths();
  #packed = 0;
  #used = 0;
  /** First step of the word being packed, and its pixels. */
  #word = 0;
  #wordUsed = 0;

  /** @param width pixels a line has */
  constructor(width: number, gap: number) {
    this.#width = width;
    this.#gap = gap;
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** Packs the cells up to `length`. @param widthOf pixels of a cell @param flowOf where it may stand; anywhere by default */
  extend(length: number, widthOf: (step: number) => number, flowOf: (step: number) => Flow = () => 'free'): void {
    for (; this.#packed < length; this.#packed++) {
      const width = Math.min(this.#width, widthOf(this.#packed));
      this.#widths.set(this.#packed, width);
      const flow = flowOf(this.#packed);
      const glued = flow === 'glued' && this.#packed > 0;
      if (this.#starts.length === 0 || flow === 'new-line') this.#begin(this.#packed, width);
      else if (this.#used + this.#gap + width <= this.#width) this.#used += this.#gap + width;
      else if (glued && this.#word > (this.#starts.at(-1) ?? 0) && this.#wordUsed + this.#gap + width <= this.#width)
        this.#begin(this.#word, this.#wordUsed + this.#gap + width);
      else this.#begin(this.#packed, width);
      if (glued && this.#word >= (this.#starts.at(-1) ?? 0)) this.#wordUsed += this.#gap + width;
      else {
        this.#word = this.#packed;
        this.#wordUsed = width;
      }
    }
  }

  /** Pixels between two cells of a line. */
  get gap(): number {
    return this.#gap;
  }

  /** Pixels of a cell, as it was packed. */
  widthOf(step: number): number {
    return this.#widths.get(step) ?? 0;
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

  #begin(step: number, used: number): void {
    this.#starts.push(step);
    this.#used = used;
  }
}
