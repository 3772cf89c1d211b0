/** Sums over a vocabulary of logits z, in 64 bits, relative to the largest of them. */
interface LogitSums {
  /** m, the largest logit; -Infinity where there is none. */
  readonly maximum: number;
  /** Σ exp(z - m); NaN where a logit is none or none is finite. */
  readonly weights: number;
  /** Σ exp(z - m) (z - m); a logit of -Infinity adds nothing. */
  readonly weighted: number;
  /** Σ (z - m) */
  readonly shifts: number;
}

/** What a token is drawn with. */
export interface Drawing {
  /** 0: the highest is taken. */
  readonly temperature: number;
  /** Tokens that are not to be drawn. */
  readonly excluded: readonly number[];
}

/** What a walk is to find. */
export interface WalkRequest {
  /** How many of the highest. */
  readonly kept: number;
  readonly drawing: Drawing | null;
}

/** What one walk over a vocabulary finds. */
export interface Walk {
  readonly sums: LogitSums;
  /** The highest, highest first, as `topIndices` gives them. */
  readonly ids: readonly number[];
  /** Null where nothing is drawn by weights. */
  readonly drawn: DrawnSums | null;
}

/** Sums of weights exp((z - m) / temperature) of logits z that may be drawn, from which a token is found without the weights of all. */
export interface DrawnSums {
  readonly drawing: Drawing;
  /** m, the largest of them. */
  readonly maximum: number;
  /** Of each 1 024 tokens; NaN where a logit is none. */
  readonly blocks: Float64Array;
  /** Of all. */
  readonly sum: number;
}

/** Tokens a block, and blocks a part: see assembly/walk.ts. */
export const blockSize = 1024;
const blocksOfPart = 8;
/** Bytes of a part's sums, and of all before its highest. */
const sumBytes = 40;
const partHead = sumBytes + 8 * blocksOfPart;

/** Logits a part. */
export const partSize = blockSize * blocksOfPart;

const eights = (bytes: number): number => 8 * Math.ceil(bytes / 8);

/** Tokens that a walk leaves out of what is drawn: each once, and none that is not there. */
export function excludedOf({ drawing }: WalkRequest, vocabulary: number): readonly number[] {
  return [...new Set(drawing?.excluded)].filter((id) => id >= 0 && id < vocabulary);
}

/** Bytes that the results of a part take, and the room that is needed for one; both begin at a multiple of 8. */
export function walkSizes({ kept, drawing }: WalkRequest): { readonly results: number; readonly room: number } {
  return { results: partHead + 8 * kept, room: 20 * blockSize + eights(4 * (drawing?.excluded.length ?? 0)) };
}

/** What a walk found of a part: see assembly/walk.ts. */
interface Part extends LogitSums {
  readonly count: number;
  readonly drawable: number;
  readonly blocks: Float64Array;
  readonly values: Float32Array;
  readonly places: Int32Array;
}

function readPart(buffer: ArrayBufferLike, at: number, count: number, kept: number): Part {
  const [maximum = NaN, weights = NaN, weighted = NaN, shifts = NaN, drawable = NaN] = new Float64Array(buffer, at, sumBytes / 8);
  return {
    count,
    maximum,
    weights,
    weighted,
    shifts,
    drawable,
    blocks: new Float64Array(buffer, at + sumBytes, Math.ceil(count / blockSize)),
    values: new Float32Array(buffer, at + partHead, kept),
    places: new Int32Array(buffer, at + partHead + 4 * kept, kept),
  };
}

/** What the parts of a vocabulary say together, one after the other from `at` on; all of it copied. */
export function readWalk(buffer: ArrayBufferLike, at: number, vocabulary: number, request: WalkRequest): Walk {
  const { kept, drawing } = request;
  const { results } = walkSizes(request);
  const parts = Array.from({ length: Math.ceil(vocabulary / partSize) }, (_, part) =>
    readPart(buffer, at + part * results, Math.min(partSize, vocabulary - part * partSize), kept),
  );
  const isDrawn = drawing !== null && drawing.temperature > 0;
  return { sums: sumsOf(parts), ids: highestOf(parts, kept), drawn: isDrawn ? drawnOf(parts, drawing) : null };
}

/** Sums relative to the largest of all. */
function sumsOf(parts: readonly Part[]): LogitSums {
  const maximum = largest(parts.map((part) => part.maximum));
  let [weights, weighted, shifts] = [maximum === -Infinity ? NaN : 0, 0, 0];
  for (const part of parts) {
    // Of nothing but minus infinity the sums are 0 already; they may be NaN, which is to be seen.
    const isNothing = part.maximum === -Infinity;
    const shift = isNothing ? 0 : part.maximum - maximum;
    const factor = Math.exp(shift);
    weights += factor * part.weights;
    weighted += factor * (part.weighted + shift * part.weights);
    shifts += part.shifts + shift * part.count;
  }
  return { maximum, weights, weighted, shifts };
}

function drawnOf(parts: readonly Part[], drawing: Drawing): DrawnSums {
  const maximum = largest(parts.map((part) => part.drawable));
  const blocks = new Float64Array(parts.reduce((count, part) => count + part.blocks.length, 0));
  let block = 0;
  for (const part of parts) {
    const factor = part.drawable === -Infinity ? 1 : Math.exp((part.drawable - maximum) / drawing.temperature);
    for (const sum of part.blocks) blocks[block++] = factor * sum;
  }
  return { drawing, maximum, blocks, sum: blocks.reduce((all, of) => all + of, 0) };
}

const largest = (numbers: readonly number[]): number => numbers.reduce((most, number) => Math.max(most, number), -Infinity);

/** The highest of all parts; of equal ones those of earlier parts first. */
function highestOf(parts: readonly Part[], kept: number): number[] {
  const taken = parts.map(() => 0);
  const ids: number[] = [];
  while (ids.length < kept) {
    let best = { part: -1, value: -Infinity, id: -1 };
    parts.forEach(({ values, places }, part) => {
      const next = taken[part] ?? 0;
      const [value = -Infinity, id = -1] = [values[next], places[next]];
      if (id >= 0 && (best.part < 0 || value > best.value)) best = { part, value, id };
    });
    if (best.part < 0) break;
    taken[best.part] = (taken[best.part] ?? 0) + 1;
    ids.push(best.id);
  }
  return ids;
}
