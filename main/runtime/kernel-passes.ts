import type { DecoderSpec } from '../graph/decoder-spec';
import type { Arithmetic, Weights } from '../graph/graph-builder';
import { KernelPlan, type Past, type PastOfLayer } from '../kernels/kernel-plan';
import { KernelWeights } from '../kernels/kernel-weights';
import { Kernels, kernelsName } from '../kernels/kernels';
import type { OperationSettings } from '../kernels/operations';
import { PlanShelf } from '../kernels/plan-shelf';
import { ReadoutPlan } from '../kernels/readout-plan';
import { Scratch } from '../kernels/scratch';
import type { InputBits, Pass, Passes, PassOutputs, Segment } from './passes';
import { type RotaryTable, rotaryTable } from './rotary-table';
import { WeightMatrix } from './weight-matrix';

const smallestRotaryTable = 256;

const nextMultiple = (count: number, unit: number): number => Math.ceil(count / unit) * unit;

/**
 * Passes computed on the processor by kernels of our own, for weights in 4 or 8 bits. Every bit of a result depends on the inputs and the
 * shape of the pass alone, not on threads, machine or what ran before.
 */
export class KernelPasses implements Passes {
  readonly inputBits: InputBits;
  readonly engine = kernelsName;
  private readonly kernels: Kernels;
  private readonly settings: OperationSettings;
  /** Scores grow with every step, and nothing else is to move for them. */
  private readonly growing: Scratch;
  private readonly plans = new PlanShelf<KernelPlan>();
  private readonly readouts = new PlanShelf<ReadoutPlan>();
  private readonly positions: WeightMatrix | null;
  private rotary: RotaryTable | null = null;

  /** @throws InterlinearError `unsupported` where memory does not suffice */
  constructor(
    private readonly spec: DecoderSpec,
    weights: Weights,
    threads: number,
    arithmetic: Arithmetic = 'fast',
  ) {
    const exact = arithmetic === 'exact';
    const kernels = new Kernels(threads);
    const scratch = new Scratch(kernels.memory);
    this.inputBits = exact ? 32 : 16;
    this.kernels = kernels;
    this.growing = new Scratch(kernels.memory);
    this.settings = { spec, kernels, weights: loaded(kernels, weights, spec), scratch, threads, exact };
    this.positions = spec.positions.kind === 'learned' ? new WeightMatrix(weights, 'positions', spec.positions.count, spec.width) : null;
  }

  allocate(length: number): Float32Array {
    const { memory } = this.kernels;
    return memory.floats(memory.allocate(4 * length), length).fill(0);
  }

  free(array: Float32Array): void {
    const { memory } = this.kernels;
    memory.free(memory.addressOf(array));
  }

  async release(): Promise<void> {
    await this.kernels.dispose();
  }

  async run(pass: Pass): Promise<PassOutputs> {
    const { layers, width, keyValueHeads, headWidth } = this.spec;
    const { batch, added, tapped } = pass;
    const rows = batch * added;
    const plan = this.plans.take(`${batch}×${added}`, () => new KernelPlan(this.settings, { batch, added }));
    const stream = this.floatsAt(plan.stream, rows * width);
    this.readEmbeddings(pass, stream);
    this.readAngles(pass.positions, plan);
    const past = this.readPast(pass);
    const scores = this.growing.floats('scores', plan.scoresOf(past));
    const residual = new Float32Array((layers + 1) * tapped.length * width);
    const tap = (layer: number): void => copyRows(stream, tapped, width, residual.subarray(layer * tapped.length * width));
    tap(0);
    for (let layer = 0; layer < layers; layer++) {
      plan.run(layer, past, this.pastOfLayer(pass, layer), scores);
      tap(layer + 1);
    }
    const cached = layers * rows * keyValueHeads * headWidth;
    const [keys, values] = [this.copyOf(plan.keys, cached), this.copyOf(plan.values, cached)];
    return { ...this.readOut(pass, stream), residual, keys, values };
  }

  private floatsAt(at: number, count: number): Float32Array {
    return this.kernels.memory.floats(at, count);
  }

  /** In memory that is not shared. */
  private copyOf(at: number, count: number): Float32Array {
    const copy = new Float32Array(count);
    copy.set(this.floatsAt(at, count));
    return copy;
  }

  private readEmbeddings({ embeddings, positions }: Pass, stream: Float32Array): void {
    const { width } = this.spec;
    stream.set(embeddings);
    if (!this.positions) return;
    for (const [row, position] of positions.entries()) {
      const vector = this.positions.row(position);
      for (let i = 0; i < width; i++) stream[row * width + i] = (stream[row * width + i] ?? 0) + (vector[i] ?? 0);
    }
  }

  /** Cosines and sines of each row's angles. */
  private readAngles(positions: readonly number[], plan: KernelPlan): void {
    const { positions: spec, headWidth } = this.spec;
    if (spec.kind !== 'rotary') return;
    const last = positions.reduce((largest, position) => Math.max(largest, position), smallestRotaryTable - 1);
    if (!this.rotary || last >= this.rotary.positions) this.rotary = rotaryTable(spec, headWidth, 2 ** Math.ceil(Math.log2(last + 1)));
    const half = headWidth / 2;
    copyRows(this.rotary.cosines, positions, half, this.floatsAt(plan.cosines, positions.length * half));
    copyRows(this.rotary.sines, positions, half, this.floatsAt(plan.sines, positions.length * half));
  }

  private readPast({ batch, added, prompt, own }: Pass): Past {
    const { keyValueHeads, headWidth } = this.spec;
    const filled = (name: string, segment: Segment | null): number => {
      const at = this.growing.bytes(name, 4 * batch);
      const counts = this.kernels.memory.integers(at, batch);
      for (let row = 0; row < batch; row++) counts[row] = segment?.filled[segment.filled.length === 1 ? 0 : row] ?? 0;
      return at;
    };
    const stride = (segment: Segment | null): number => (segment && segment.batch > 1 ? keyValueHeads * headWidth * segment.capacity : 0);
    const longest = (segment: Segment | null): number => nextMultiple(Math.max(0, ...(segment?.filled ?? [])), 4);
    const ownStart = longest(prompt);
    const addedStart = ownStart + longest(own);
    return {
      promptCapacity: prompt?.capacity ?? 0,
      promptStride: stride(prompt),
      promptFilled: filled('prompt filled', prompt),
      ownCapacity: own?.capacity ?? 0,
      ownStride: stride(own),
      ownFilled: filled('own filled', own),
      ownStart,
      addedStart,
      line: addedStart + nextMultiple(added, 4),
    };
  }

  private pastOfLayer({ prompt, own }: Pass, layer: number): PastOfLayer {
    const address = (arrays: readonly Float32Array[] | undefined): number => {
      const array = arrays?.[layer];
      return array ? this.kernels.memory.addressOf(array) : 0;
    };
    return {
      promptKeys: address(prompt?.keys),
      promptValues: address(prompt?.values),
      ownKeys: address(own?.keys),
      ownValues: address(own?.values),
    };
  }

  /** Distributions of the positions read out, and vectors of those tapped. */
  private readOut({ readout, tapped }: Pass, stream: Float32Array): Pick<PassOutputs, 'logits' | 'hidden'> {
    const { width, vocabulary } = this.spec;
    const read = (plan: ReadoutPlan, rows: readonly number[]): Float32Array => {
      copyRows(stream, rows, width, this.floatsAt(plan.stream, rows.length * width));
      plan.run();
      return this.copyOf(plan.hidden, rows.length * width);
    };
    const count = readout.length;
    const plan = this.readouts.take(`${count} distributions`, () => new ReadoutPlan(this.settings, count, true));
    const hidden = read(plan, readout);
    const logits = this.copyOf(plan.logits, count * vocabulary);
    if (tapped.length === count && tapped.every((row, i) => row === readout[i])) return { logits, hidden };
    if (tapped.length === 0) return { logits, hidden: new Float32Array(0) };
    const vectors = this.readouts.take(`${tapped.length} vectors`, () => new ReadoutPlan(this.settings, tapped.length, false));
    return { logits, hidden: read(vectors, tapped) };
  }
}

/** The weights in the kernels' memory. Where they do not get there, memory and threads are let go. */
function loaded(kernels: Kernels, weights: Weights, spec: DecoderSpec): KernelWeights {
  try {
    return new KernelWeights(kernels, weights, spec);
  } catch (thrown) {
    void kernels.dispose();
    throw thrown;
  }
}

/** Some rows of a matrix, side by side. */
function copyRows(from: Float32Array, rows: readonly number[], width: number, to: Float32Array): void {
  rows.forEach((row, i) => to.set(from.subarray(row * width, (row + 1) * width), i * width));
}
