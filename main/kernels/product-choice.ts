import { type QuantizedBits, quantizedBitWidths } from '../graph/quantized-parts';
import type { Arguments } from './jobs';
import type { Kernels } from './kernels';
import { vectorFlags } from './vector-flags';

/** Bytes that wide products, and those of bytes, need for each thread: see assembly/sixteens.ts. */
export const roomOfThread = 768;

/** Which kernels multiply with rounded inputs; those of assembly/products.ts where neither does. */
export interface ProductChoice {
  /** assembly/wide-products.ts */
  readonly wide: boolean;
  /** assembly/byte-products.ts, for weights in so many bits. */
  readonly bytes: readonly QuantizedBits[];
}

/** Milliseconds given to a comparison: V8 compiles what runs often once more, and only then makes wide instructions. */
const limit = 180;
const blocks = 18;
/** With what is missing from sixteen. */
const outputs = 72;
const storedRows = 80;
const runsAtOnce = 2;
/** Every loop there is: rows of inputs by themselves, eight and four; weights in 4 and in 8 bits; scales as floats and as halves. */
const shapes = [1, 12].flatMap((rows) => quantizedBitWidths.flatMap((bits) => [0, 1].map((narrow) => ({ rows, bits, narrow }))));

let known: ProductChoice | null = null;

/** The products that are the fastest here of those that give the same bits, found by trying, once in a process. */
export function bestProducts(kernels: Kernels): ProductChoice {
  // Without wide instructions wide products are slower.
  known ??= compareProducts(kernels, { wide: process.arch === 'x64' && isTold(), bytes: kernels.bitsInBytes });
  return known;
}

/** A utility process of Electron has V8's flags in one option, `--js-flags=…`. */
const isTold = (): boolean => process.execArgv.some((option) => option.includes(vectorFlags[0]));

/** @param may what is tried: bytes only where they are known; nothing is where neither may be */
export function compareProducts(kernels: Kernels, may: ProductChoice): ProductChoice {
  if (!may.wide && may.bytes.length === 0) return may;
  const contests = shapes.map((shape) => new Contest(kernels, shape, may));
  const end = performance.now() + limit;
  while (performance.now() < end) for (const contest of contests) contest.run();
  const wide = isBetter(contests, 'multiplyWide', 'multiply');
  const ofBits = (bits: QuantizedBits): Contest[] => contests.filter(({ shape }) => shape.bits === bits);
  const bytes = may.bytes.filter((bits) => isBetter(ofBits(bits), 'multiplyBytes', wide ? 'multiplyWide' : 'multiply'));
  for (const contest of contests) contest.free();
  return { wide, bytes };
}

/** Whether one kind of product gives what the usual gives, in less time than another. */
const isBetter = (contests: readonly Contest[], one: Competitor, other: Competitor): boolean =>
  contests.every((contest) => contest.isSame(one)) && sum(contests, one) < sum(contests, other);

const sum = (contests: readonly Contest[], job: Competitor): number =>
  contests.reduce((total, { tried }) => total + (tried.get(job)?.least ?? Infinity), 0);

type Competitor = 'multiply' | 'multiplyWide' | 'multiplyBytes';

/** What a product reads. */
type Prepared = Pick<Arguments<'multiply'>, 'integers' | 'scales' | 'offsets' | 'inputs' | 'inputScales' | 'inputSums'>;

/** One kind of product on its way. */
interface Trial {
  readonly args: number;
  /** [rows, outputs] */
  readonly results: number;
  /** Milliseconds of the fastest runs. */
  least: number;
}

/** All kinds of product of the same numbers, which are as good as any. */
class Contest {
  readonly tried: ReadonlyMap<Competitor, Trial>;
  readonly #places: number[] = [];

  constructor(
    private readonly kernels: Kernels,
    readonly shape: { readonly rows: number; readonly bits: QuantizedBits; readonly narrow: number },
    may: ProductChoice,
  ) {
    const { rows, bits, narrow } = shape;
    const floats = storedRows * blocks;
    const width = 32 * blocks;
    const stored = this.#bytes(4 * bits * floats);
    const values = this.#floats(rows * width);
    const storedFloats = [this.#floats(floats), this.#floats(floats)] as const;
    const common = {
      bits,
      factor: 1,
      blocks,
      outputs,
      outputsAtOnce: outputs,
      rows,
      stride: outputs,
      bias: 0,
      adds: 0,
      narrow,
    };

    /** Weights and inputs as some products read them. */
    const prepare = (together: 8 | 16, inBytes: 0 | 1): Prepared => {
      const repack = (from: number, width: number): number => {
        const to = this.#allocate((width === 32 ? 4 : 4 * width) * floats);
        const job = { bits: width, together, inBytes, from, to, blocks, scales: 0 };
        this.#once('repack', storedRows / together, job);
        return to;
      };
      const numbers = (from: number): number => {
        const repacked = repack(from, 32);
        if (narrow === 0) return repacked;
        const to = this.#allocate(2 * floats);
        this.#once('narrow', 1, { from: repacked, to, count: floats, countAtOnce: floats, inexact: this.#allocate(4) });
        return to;
      };
      const [scales, offsets] = [numbers(storedFloats[0]), numbers(storedFloats[1])];
      const integers = repack(stored, bits);
      const all = 4 * Math.ceil(rows / 4);
      const inputs = this.#allocate(2 * all * width);
      const [inputScales, inputSums] = [this.#allocate(4 * all * (blocks + 2)), this.#allocate(4 * all * (blocks + 2))];
      const rounding = { rows, blocks, integers: inputs, scales: inputScales, sums: inputSums, inBytes };
      this.#once('normalize', rows, { ...rounding, kind: 0, from: values, width, epsilon: 0, scale: 0, bias: 0, to: values });
      return { integers, scales, offsets, inputs, inputScales, inputSums };
    };
    const trial = (job: Competitor, prepared: Prepared): [Competitor, Trial] => {
      const results = this.#floats(rows * outputs);
      const given = { ...common, ...prepared, to: results };
      const args =
        job === 'multiply' ? kernels.prepare(job, given) : kernels.prepare(job, { ...given, room: this.#allocate(roomOfThread) });
      this.#places.push(args);
      return [job, { args, results, least: Infinity }];
    };
    this.tried = new Map([
      trial('multiply', prepare(8, 0)),
      ...(may.wide ? [trial('multiplyWide', prepare(16, 0))] : []),
      ...(may.bytes.includes(bits) ? [trial('multiplyBytes', prepare(16, 1))] : []),
    ]);
  }

  run(): void {
    for (const [job, trial] of this.tried) {
      const before = performance.now();
      // In one part, so that no other thread takes it.
      for (let run = 0; run < runsAtOnce; run++) this.kernels.run(job, trial.args, 1);
      trial.least = Math.min(trial.least, performance.now() - before);
    }
  }

  isSame(job: Competitor): boolean {
    const [a, b] = (['multiply', job] as const).map((one) => {
      const trial = this.tried.get(one);
      return trial && this.kernels.memory.integers(trial.results, this.shape.rows * outputs);
    });
    return a !== undefined && b !== undefined && a.every((bits, i) => bits === b[i]);
  }

  free(): void {
    for (const at of this.#places) this.kernels.memory.free(at);
  }

  #once<J extends 'repack' | 'narrow' | 'normalize'>(job: J, chunks: number, values: Arguments<J>): void {
    const args = this.kernels.prepare(job, values);
    this.kernels.run(job, args, chunks);
    this.kernels.memory.free(args);
  }

  #bytes(length: number): number {
    const at = this.#allocate(length);
    this.kernels.memory.bytes(at, length).forEach((_, i, bytes) => (bytes[i] = Math.imul(i + length, 0x9e3779b1) >>> 24));
    return at;
  }

  #floats(length: number): number {
    const at = this.#allocate(4 * length);
    this.kernels.memory.floats(at, length).forEach((_, i, floats) => (floats[i] = Math.sin(i + length)));
    return at;
  }

  #allocate(bytes: number): number {
    const at = this.kernels.memory.allocate(bytes);
    this.#places.push(at);
    return at;
  }
}
