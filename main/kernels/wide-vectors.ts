import type { Arguments } from './jobs';
import type { Kernels } from './kernels';
import { vectorFlags } from './vector-flags';

/** Bytes that wide products need for each thread: see assembly/wide-products.ts. */
export const roomOfThread = 576;

/** Milliseconds given to a comparison: V8 compiles what runs often once more, and only then makes wide instructions. */
const limit = 160;
const blocks = 18;
/** With eight that are left by themselves. */
const outputs = 72;
const runsAtOnce = 4;
/** Every loop there is: rows of inputs by themselves and in fours, weights in 4 and in 8 bits, scales as floats and as halves. */
const shapes = [1, 4].flatMap((rows) => [4, 8].flatMap((bits) => [0, 1].map((narrow) => ({ rows, bits, narrow }))));

let known: boolean | null = null;

/**
 * Whether products are to be the wide ones here: where V8 is told to use such vectors, does, the processor has them, and what comes out is
 * the same to the bit. Found by trying, once in a process.
 */
export function wideIsBetter(kernels: Kernels): boolean {
  known ??= process.arch === 'x64' && isTold() && compareWide(kernels);
  return known;
}

/** A utility process of Electron has V8's flags in one option, `--js-flags=…`. */
const isTold = (): boolean => process.execArgv.some((option) => option.includes(vectorFlags[0]));

/** Whether wide products are faster than others, and the same. */
export function compareWide(kernels: Kernels): boolean {
  const contests = shapes.map((shape) => new Contest(kernels, shape));
  const end = performance.now() + limit;
  while (performance.now() < end) for (const contest of contests) contest.run();
  const isBetter = contests.every((contest) => contest.isSame()) && sum(contests, 'multiplyWide') < sum(contests, 'multiply');
  for (const contest of contests) contest.free();
  return isBetter;
}

const sum = (contests: readonly Contest[], job: Competitor): number => contests.reduce((total, { least }) => total + least[job], 0);

const competitors = ['multiply', 'multiplyWide'] as const;
type Competitor = (typeof competitors)[number];

/** Both kinds of product of the same numbers, which are as good as any. */
class Contest {
  /** Milliseconds of the fastest run of each. */
  readonly least = { multiply: Infinity, multiplyWide: Infinity };
  readonly #args: Readonly<Record<Competitor, number>>;
  readonly #results: Readonly<Record<Competitor, number>>;
  readonly #places: number[] = [];

  constructor(
    private readonly kernels: Kernels,
    private readonly shape: { readonly rows: number; readonly bits: number; readonly narrow: number },
  ) {
    const { rows, bits, narrow } = shape;
    const floats = outputs * blocks;
    const inputRows = rows * (blocks + 2);
    const common: Omit<Arguments<'multiply'>, 'to'> = {
      bits,
      integers: this.#bytes(4 * bits * floats),
      scales: this.#floats(floats),
      offsets: this.#floats(floats),
      factor: 1,
      blocks,
      outputs,
      outputsAtOnce: outputs,
      rows,
      inputs: this.#bytes(64 * rows * blocks),
      stride: outputs,
      bias: 0,
      adds: 0,
      narrow,
      inputScales: this.#floats(inputRows),
      inputSums: this.#floats(inputRows),
    };
    this.#results = { multiply: this.#floats(rows * outputs), multiplyWide: this.#floats(rows * outputs) };
    const { multiply, multiplyWide } = this.#results;
    this.#args = {
      multiply: kernels.prepare('multiply', { ...common, to: multiply }),
      multiplyWide: kernels.prepare('multiplyWide', { ...common, to: multiplyWide, room: this.#bytes(roomOfThread) }),
    };
    this.#places.push(...Object.values(this.#args));
  }

  run(): void {
    for (const job of competitors) {
      const before = performance.now();
      // In one part, so that no other thread takes it.
      for (let run = 0; run < runsAtOnce; run++) this.kernels.run(job, this.#args[job], 1);
      this.least[job] = Math.min(this.least[job], performance.now() - before);
    }
  }

  isSame(): boolean {
    const count = this.shape.rows * outputs;
    const [a, b] = competitors.map((job) => this.kernels.memory.integers(this.#results[job], count));
    return a !== undefined && b !== undefined && a.every((bits, i) => bits === b[i]);
  }

  free(): void {
    for (const at of this.#places) this.kernels.memory.free(at);
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
