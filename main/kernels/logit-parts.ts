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

/** What the kernels have laid down of all parts: see assembly/logit-parts.ts. */
interface Views {
  readonly doubles: Float64Array;
  readonly floats: Float32Array;
  readonly integers: Int32Array;
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
  /** Of the highest of each part, the next that has not been taken. */
  readonly #places: number[];

  /** @param kept how many of the highest, at most V */
  constructor({ kernels, scratch, threads }: Pick<OperationSettings, 'kernels' | 'scratch' | 'threads'>, of: Rows, kept: number) {
    const { logits, rows, vocabulary } = of;
    this.#kernels = kernels;
    this.#of = of;
    this.#parts = Math.ceil(vocabulary / size);
    this.#kept = kept;
    this.#places = Array.from({ length: this.#parts }, () => 0);
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
    const { buffer } = memory;
    const bytes = rows * this.#parts * this.#bytes;
    const views = {
      doubles: new Float64Array(buffer, this.#to, bytes / 8),
      floats: new Float32Array(buffer, this.#to, bytes / 4),
      integers: new Int32Array(buffer, this.#to, bytes / 4),
    };
    return targets.map((target, row) => this.#combine(views, row, logits[row * vocabulary + target] ?? NaN));
  }

  /** What the parts of a row say together. @param logit of the target */
  #combine({ doubles, floats, integers }: Views, row: number, logit: number): LogitReading {
    const words = this.#bytes / 4;
    const [first, end] = [row * this.#parts * words, (row + 1) * this.#parts * words];
    let greatest = -Infinity;
    for (let at = first; at < end; at += words) greatest = Math.max(greatest, floats[at + 4] ?? NaN);
    let [sum, weighted, above] = [0, 0, 0];
    for (let at = first; at < end; at += words) {
      const shift = (floats[at + 4] ?? NaN) - greatest;
      const factor = Math.exp(shift);
      const weights = doubles[at / 2] ?? NaN;
      sum += factor * weights;
      weighted += factor * ((doubles[at / 2 + 1] ?? NaN) + shift * weights);
      above += integers[at + 5] ?? NaN;
    }
    const ids: number[] = [];
    const probabilities: number[] = [];
    // The highest of all parts; of equal ones those of earlier parts first.
    const kept = this.#kept;
    this.#places.fill(0);
    while (ids.length < kept) {
      let [best, token, z] = [-1, -1, -Infinity];
      for (let part = 0; part < this.#parts; part++) {
        const place = this.#places[part] ?? kept;
        if (place === kept) continue;
        const at = first + part * words + headBytes / 4 + place;
        const value = floats[at] ?? NaN;
        if ((integers[at + kept] ?? -1) >= 0 && (best < 0 || value > z)) [best, token, z] = [part, integers[at + kept] ?? -1, value];
      }
      if (best < 0) break;
      this.#places[best] = (this.#places[best] ?? 0) + 1;
      ids.push(token);
      probabilities.push(Math.exp(z - greatest) / sum);
    }
    return {
      // The greatest's own 1 is taken off before the logarithm, so that an entropy near 0 keeps its digits.
      entropy: Math.log1p(sum - 1) - weighted / sum,
      probability: Math.exp(logit - greatest) / sum,
      above,
      ids,
      probabilities,
    };
  }
}
