import { activations, type DecoderSpec } from '../graph/decoder-spec';
import type { Arguments, Job } from './jobs';
import type { KernelMatrix, KernelProduct, KernelWeights } from './kernel-weights';
import type { Kernels } from './kernels';
import type { Scratch } from './scratch';
import { roomOfThread } from './product-choice';

/** Parts of a job for each thread, so that one that is late holds up little. */
const partsPerThread = 8;
/** Multiplications of a part: fewer are not worth the taking, which costs about half a microsecond. */
const fewestMultiplications = 1 << 15;
/** Bytes of weights of a part: more do not stay in a processor's cache from twice four rows of inputs to the next. */
const mostBytes = 1 << 14;
/** The most rows of weights that lie together, and rows of inputs that meet them together: see assembly/sixteens.ts and inputs.ts. */
const weightsTogether = 16;
const inputsTogether = 4;

/** A job with its arguments, ready to be run any number of times. */
export interface Operation {
  readonly job: Job;
  readonly args: number;
  readonly chunks: number;
}

/** Rows of numbers, [rows, width], as they are and as products read them. */
interface Inputs {
  readonly floats: number;
  readonly integers: number;
  readonly scales: number;
  readonly sums: number;
}

/** How rows become inputs: see assembly/inputs.ts. */
type Rounding = Pick<Arguments<'normalize'>, 'rows' | 'blocks' | 'integers' | 'scales' | 'sums' | 'inBytes'>;

export interface OperationSettings {
  readonly spec: DecoderSpec;
  readonly kernels: Kernels;
  readonly weights: KernelWeights;
  readonly scratch: Scratch;
  readonly threads: number;
  /** Inputs of products are not rounded. */
  readonly exact: boolean;
  /** Products of rounded inputs that are not in bytes are those of assembly/wide-products.ts. */
  readonly wide: boolean;
}

const nextMultiple = (count: number, unit: number): number => Math.ceil(count / unit) * unit;

/** Makes the operations of passes over so many rows, and frees them. */
export class Operations {
  readonly #made: number[] = [];

  constructor(
    private readonly settings: OperationSettings,
    private readonly rows: number,
  ) {}

  free(): void {
    for (const at of this.#made) this.settings.kernels.memory.free(at);
  }

  make<J extends Job>(job: J, chunks: number, values: Arguments<J>): Operation {
    const args = this.settings.kernels.prepare(job, values);
    this.#made.push(args);
    return { job, args, chunks };
  }

  /** Room for inputs of products, [rows, width]. All share it: each is read before the next is written. */
  inputs(width: number): Inputs {
    const { scratch } = this.settings;
    const blocks = nextMultiple(Math.ceil(width / 32), 4);
    const all = nextMultiple(this.rows, 4);
    return {
      floats: scratch.floats('inputs', this.rows * width),
      integers: scratch.bytes('input integers', 64 * all * blocks),
      scales: scratch.floats('input scales', all * blocks),
      sums: scratch.floats('input sums', all * blocks),
    };
  }

  /** Rounds inputs of a product whose floats are there. */
  round(width: number, { inBytes }: KernelProduct): Operation {
    const { floats } = this.inputs(width);
    const nothing = { kind: 0, epsilon: 0, scale: 0, bias: 0 };
    return this.make('normalize', this.#chunksOfRows, { ...this.#rounding(width, inBytes), ...nothing, from: floats, width, to: floats });
  }

  /** Normalises the residual stream, or other rows as wide, into inputs of a product. @param name of the norm's scale */
  normalize(from: number, name: string, { inBytes }: KernelProduct): Operation {
    const { width } = this.settings.spec;
    return this.make('normalize', this.#chunksOfRows, {
      ...this.#rounding(width, inBytes),
      ...this.norm(name),
      from,
      width,
      to: this.inputs(width).floats,
    });
  }

  norm(name: string): { kind: number; epsilon: number; scale: number; bias: number } {
    const { spec, weights } = this.settings;
    const { kind, epsilon } = spec.normalization;
    return { kind: kind === 'rms' ? 1 : 2, epsilon, scale: weights.vector(name), bias: weights.vector(`${name}.bias`) };
  }

  /** From what is projected, gates first, to the inputs of the last product of a feed-forward block. */
  activate(from: number, { inBytes }: KernelProduct): Operation {
    const { innerWidth, gatedFeedForward, activation } = this.settings.spec;
    return this.make('activate', this.#chunksOfRows, {
      ...this.#rounding(innerWidth, inBytes),
      kind: activations.indexOf(activation),
      from,
      width: innerWidth,
      gated: gatedFeedForward ? 1 : 0,
      to: this.inputs(innerWidth).floats,
    });
  }

  /** Products of the inputs, [rows, outputs] at `to`, added to what is there where told. */
  multiply(product: KernelProduct, to: number, adds = 0): Operation[] {
    const { rows } = this;
    const { exact, wide, scratch, threads } = this.settings;
    let column = 0;
    return product.matrices.map((matrix) => {
      const { outputs, blocks } = matrix;
      const { floats, integers: rounded, scales: inputScales, sums: inputSums } = this.inputs(32 * blocks);
      const outputsAtOnce = this.#outputsAtOnce(matrix);
      const bias = product.bias && product.bias + 4 * column;
      const job = { ...matrix, outputsAtOnce, rows, to: to + 4 * column, stride: product.outputs, bias, adds };
      const chunks = Math.ceil(outputs / outputsAtOnce);
      column += outputs;
      if (exact) return this.make('multiplyExactly', chunks, { ...job, inputs: floats });
      const roundedJob = { ...job, inputs: rounded, inputScales, inputSums };
      if (!wide && !product.inBytes) return this.make('multiply', chunks, roundedJob);
      const room = scratch.bytes('sums of products', threads * roomOfThread);
      return this.make(product.inBytes ? 'multiplyBytes' : 'multiplyWide', chunks, { ...roundedJob, room });
    });
  }

  /** Of jobs that write inputs: see `rowsOfChunk` in assembly/inputs.ts. */
  get #chunksOfRows(): number {
    return this.rows > 2 ? Math.ceil(this.rows / inputsTogether) : this.rows;
  }

  #rounding(width: number, inBytes: boolean): Rounding {
    const { integers, scales, sums } = this.inputs(width);
    const { exact } = this.settings;
    return { rows: this.rows, blocks: width / 32, integers: exact ? 0 : integers, scales, sums, inBytes: inBytes ? 1 : 0 };
  }

  /** How many outputs one part of a product computes. */
  #outputsAtOnce({ bits, blocks, outputs }: KernelMatrix): number {
    const fair = Math.ceil(outputs / (this.settings.threads * partsPerThread));
    const most = this.rows > 2 * inputsTogether ? Math.floor(mostBytes / (blocks * (4 * bits + 8))) : outputs;
    const fewest = Math.ceil(fewestMultiplications / (blocks * 32 * this.rows));
    return nextMultiple(Math.max(fewest, Math.min(fair, most)), weightsTogether);
  }
}
