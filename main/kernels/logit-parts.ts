import type { Kernels } from './kernels';
import type { OperationSettings } from './operations';

/** Logits that one thread goes through at a time: they and their weights stay in its cache. */
const size = 4096;
/** Bytes of a part before its highest: see assembly/logit-parts.ts. */
const headBytes = 24;

/** What the logits z of a row say, with a target named. */
export interface LogitReading {
  /** Over the whole vocabulary, in nats; NaN where a logit is none, or none is finite. */
  readonly entropy: number;
  /** Of the target, at temperature 1. */
  readonly probability: number;
  /** Tokens that come before the target: of equal logits the lower id comes first. */
  readonly above: number;
  /** The most probable tokens, highest first. */
  readonly ids: readonly number[];
  readonly probabilities: readonly number[];
}

interface Part {
  /** Σ e^(z - greatest), and Σ e^(z - greatest) (z - greatest) */
  readonly weights: number;
  readonly weighted: number;
  readonly greatest: number;
  readonly before: number;
  /** Place of its highest, highest first: see `Highest`. */
  readonly highest: number;
}

/** The highest of all parts, as they lie in memory: of a part `kept` logits, then their tokens; -1 where there are no more. */
interface Highest {
  readonly floats: Float32Array;
  readonly integers: Int32Array;
  readonly kept: number;
}

/** Rows of logits in the kernels' memory. */
interface Rows {
  /** Address of [rows, vocabulary]. */
  readonly logits: number;
  readonly rows: number;
  readonly vocabulary: number;
}

/** Reads rows of logits, each in parts of the vocabulary. */
export class LogitParts {
  readonly #kernels: Kernels;
  readonly #of: Rows;
  readonly #parts: number;
  readonly #kept: number;
  readonly #targets: number;
  readonly #to: number;
  readonly #bytes: number;
  readonly #args: number;

  /** @param kept how many of the highest, at most V */
  constructor({ kernels, scratch, threads }: Pick<OperationSettings, 'kernels' | 'scratch' | 'threads'>, of: Rows, kept: number) {
    const { logits, rows, vocabulary } = of;
    this.#kernels = kernels;
    this.#of = of;
    this.#parts = Math.ceil(vocabulary / size);
    this.#kept = kept;
    this.#targets = scratch.bytes('targets', 4 * rows);
    this.#bytes = headBytes + 8 * kept;
    this.#to = scratch.bytes('parts of logits', rows * this.#parts * this.#bytes);
    this.#args = kernels.prepare('readPart', {
      logits,
      vocabulary,
      size,
      parts: this.#parts,
      targets: this.#targets,
      kept,
      to: this.#to,
      bytes: this.#bytes,
      room: scratch.bytes('logits and weights', 8 * size * threads),
    });
  }

  free(): void {
    this.#kernels.memory.free(this.#args);
  }

  /** @param targets a token of each row */
  run(targets: readonly number[]): LogitReading[] {
    const { logits: at, rows, vocabulary } = this.#of;
    const { memory } = this.#kernels;
    memory.integers(this.#targets, rows).set(targets);
    this.#kernels.run('readPart', this.#args, rows * this.#parts);
    const logits = memory.floats(at, rows * vocabulary);
    const { parts, ...highest } = this.#read();
    return targets.map((target, row) => {
      const ofRow = parts.slice(row * this.#parts, (row + 1) * this.#parts);
      return combined(ofRow, logits[row * vocabulary + target] ?? NaN, highest);
    });
  }

  /** Parts [rows, parts]. */
  #read(): Highest & { readonly parts: readonly Part[] } {
    const { buffer } = this.#kernels.memory;
    const count = this.#of.rows * this.#parts;
    const bytes = count * this.#bytes;
    const doubles = new Float64Array(buffer, this.#to, bytes / 8);
    const floats = new Float32Array(buffer, this.#to, bytes / 4);
    const integers = new Int32Array(buffer, this.#to, bytes / 4);
    const parts = Array.from({ length: count }, (_, part): Part => {
      const at = (part * this.#bytes) / 4;
      return {
        weights: doubles[at / 2] ?? NaN,
        weighted: doubles[at / 2 + 1] ?? NaN,
        greatest: floats[at + 4] ?? NaN,
        before: integers[at + 5] ?? NaN,
        highest: at + headBytes / 4,
      };
    });
    return { parts, floats, integers, kept: this.#kept };
  }
}

/** What the parts of a row say together. @param logit of the target */
function combined(parts: readonly Part[], logit: number, ofParts: Highest): LogitReading {
  const greatest = parts.reduce((most, part) => Math.max(most, part.greatest), -Infinity);
  let [sum, weighted, above] = [0, 0, 0];
  for (const part of parts) {
    const shift = part.greatest - greatest;
    const factor = Math.exp(shift);
    sum += factor * part.weights;
    weighted += factor * (part.weighted + shift * part.weights);
    above += part.before;
  }
  const probability = (z: number): number => Math.exp(z - greatest) / sum;
  const highest = highestOf(parts, ofParts);
  return {
    // The greatest's own 1 is taken off before the logarithm, so that an entropy near 0 keeps its digits.
    entropy: Math.log1p(sum - 1) - weighted / sum,
    probability: probability(logit),
    above,
    ids: highest.map(({ token }) => token),
    probabilities: highest.map(({ z }) => probability(z)),
  };
}

/** The highest of all parts; of equal ones those of earlier parts first. */
function highestOf(parts: readonly Part[], { floats, integers, kept }: Highest): { readonly token: number; readonly z: number }[] {
  const places = parts.map(() => 0);
  const found: { token: number; z: number }[] = [];
  while (found.length < kept) {
    let best = { part: -1, token: -1, z: -Infinity };
    parts.forEach(({ highest }, part) => {
      const place = places[part] ?? 0;
      if (place === kept) return;
      const [token = -1, z = -Infinity] = [integers[highest + kept + place], floats[highest + place]];
      if (token >= 0 && (best.part < 0 || z > best.z)) best = { part, token, z };
    });
    if (best.part < 0) break;
    found.push(best);
    places[best.part] = (places[best.part] ?? 0) + 1;
  }
  return found;
}
