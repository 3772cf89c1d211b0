import type { DecoderSpec } from '../graph/decoder-spec';
import type { Arithmetic, Weights } from '../graph/graph-builder';
import { cacheBits, KernelPlan, linesOfHead, type Past, type PastOfLayer } from '../kernels/kernel-plan';
import { KernelWeights, type TakenListener } from '../kernels/kernel-weights';
import { Kernels, kernelsName } from '../kernels/kernels';
import type { OperationSettings } from '../kernels/operations';
import { LensPlan } from '../kernels/lens-plan';
import { PlanShelf } from '../kernels/plan-shelf';
import { QuickLens } from '../kernels/quick-lens';
import { ReadoutPlan } from '../kernels/readout-plan';
import { Scratch } from '../kernels/scratch';
import { WalkPlan } from '../kernels/walk-plan';
import { bestProducts, type ProductChoice } from '../kernels/product-choice';
import { excludedOf, partSize, readWalk, type Walk, type WalkRequest, walkSizes } from '../measures/walk-parts';
import type { LensOfPasses } from './packed-readings';
import type { CacheArray, CacheKind, InputBits, Pass, Passes, PassOutputs, Segment } from './passes';
import { type RotaryTable, rotaryTable } from './rotary-table';
import { WeightMatrix } from './weight-matrix';

const smallestRotaryTable = 256;
/** Places of a line of scores that are computed together: what a segment begins at is a multiple of it. */
const placesTogether = 8;

/** Logits that a lens reads at once, 6 MiB: 32 streams of SmolLM2. */
const mostLensLogits = 1.5 * 2 ** 20;

const nextMultiple = (count: number, unit: number): number => Math.ceil(count / unit) * unit;

interface KernelOptions {
  readonly threads: number;
  readonly arithmetic?: Arithmetic;
  /** By default those that are the fastest. */
  readonly products?: ProductChoice;
  readonly onTaken?: TakenListener;
}

/**
 * Passes computed on the processor by kernels of our own, for weights in 4 or 8 bits. Every bit of a result depends on the inputs and the
 * shape of the pass alone, not on threads, machine or what ran before.
 */
export class KernelPasses implements Passes {
  readonly inputBits: InputBits;
  readonly engine = kernelsName;
  readonly writesCache = true;
  readonly lens: LensOfPasses;
  private readonly spec: DecoderSpec;
  private readonly kernels: Kernels;
  /** Scores grow with every step, and nothing else is to move for them. */
  private readonly growing: Scratch;
  private readonly plans = new PlanShelf<KernelPlan>();
  private readonly readouts = new PlanShelf<ReadoutPlan>();
  private readonly walkPlan: WalkPlan;
  private readonly positions: WeightMatrix | null;
  private rotary: RotaryTable | null = null;

  private constructor(
    private readonly settings: OperationSettings,
    stored: Weights,
  ) {
    const { spec, kernels, exact } = settings;
    this.spec = spec;
    this.kernels = kernels;
    this.inputBits = exact ? 32 : 16;
    this.growing = new Scratch(kernels.memory);
    this.walkPlan = new WalkPlan(kernels, settings.threads);
    this.lens = this.openLens();
    this.positions = spec.positions.kind === 'learned' ? new WeightMatrix(stored, 'positions', spec.positions.count, spec.width) : null;
  }

  /** Takes the weights into the kernels' memory. @throws InterlinearError `unsupported` where it does not suffice */
  static async create(spec: DecoderSpec, stored: Weights, options: KernelOptions): Promise<KernelPasses> {
    const { threads, arithmetic = 'fast', products, onTaken = () => undefined } = options;
    const exact = arithmetic === 'exact';
    const kernels = new Kernels(threads);
    try {
      const choice = exact ? { wide: false, bytes: [] } : (products ?? bestProducts(kernels));
      const weights = await KernelWeights.load(kernels, stored, spec, choice, onTaken);
      const scratch = new Scratch(kernels.memory);
      return new KernelPasses({ spec, kernels, weights, scratch, threads, exact, wide: choice.wide }, stored);
    } catch (thrown) {
      await kernels.dispose();
      throw thrown;
    }
  }

  get cacheLines(): Readonly<Record<CacheKind, number>> {
    const values = this.spec.keyValueHeads * linesOfHead(this.settings);
    // Rounded keys lie in words of two elements.
    return { keys: this.rounds ? values / 2 : values, values };
  }

  get cacheBytesPerPosition(): number {
    return 2 * this.spec.layers * this.cacheLines.values * (cacheBits(this.settings) / 8);
  }

  allocate(kind: CacheKind, positions: number): CacheArray {
    const { memory } = this.kernels;
    const count = this.cacheLines[kind] * positions;
    return this.cacheAt(kind, memory.allocate((kind === 'values' && this.rounds ? 2 : 4) * count), count).fill(0);
  }

  floatsOf(keys: CacheArray, capacity: number): Float32Array {
    if (!(keys instanceof Int32Array)) return Float32Array.from(keys);
    const { keyValueHeads, headWidth } = this.spec;
    const pairs = headWidth / 2;
    const floats = new Float32Array(keyValueHeads * headWidth * capacity);
    const scale = new DataView(new ArrayBuffer(4));
    for (let head = 0; head < keyValueHeads; head++) {
      for (let position = 0; position < capacity; position++) {
        const at = (line: number): number => keys[(head * (pairs + 1) + line) * capacity + position] ?? 0;
        scale.setInt32(0, at(pairs));
        const unit = scale.getFloat32(0);
        for (let pair = 0; pair < pairs; pair++) {
          const word = at(pair);
          floats[(head * headWidth + 2 * pair) * capacity + position] = unit * ((word << 16) >> 16);
          floats[(head * headWidth + 2 * pair + 1) * capacity + position] = unit * (word >> 16);
        }
      }
    }
    return floats;
  }

  free(array: CacheArray): void {
    const { memory } = this.kernels;
    memory.free(memory.addressOf(array));
  }

  async release(): Promise<void> {
    await this.kernels.dispose();
  }

  async run(pass: Pass): Promise<PassOutputs> {
    const { layers, width } = this.spec;
    const { batch, added, tapped } = pass;
    const rows = batch * added;
    const plan = this.plans.take(`${batch}×${added}`, () => new KernelPlan(this.settings, { batch, added }));
    const stream = this.floatsAt(plan.stream, rows * width);
    this.readEmbeddings(pass, stream);
    this.readAngles(pass.positions, plan);
    const past = this.readPast(pass);
    const scores = this.growing.floats('scores', plan.scoresOf(past));
    const room = { scores, weights: this.growing.bytes('weights', 2 * plan.weightsOf(past)) };
    const residual = pass.room?.residual ?? new Float32Array((layers + 1) * tapped.length * width);
    const tap = (layer: number): void => copyRows(stream, tapped, width, residual.subarray(layer * tapped.length * width));
    tap(0);
    for (let layer = 0; layer < layers; layer++) {
      plan.run(layer, past, this.pastOfLayer(pass, layer), room);
      tap(layer + 1);
    }
    return { ...this.readOut(pass, stream), residual, added: null };
  }

  private openLens(): LensOfPasses {
    // Of its own, so that no plan of a run moves for it.
    const settings = { ...this.settings, scratch: new Scratch(this.kernels.memory) };
    const plans = new PlanShelf<LensPlan>();
    const { vocabulary } = this.spec;
    let quick: QuickLens | null = null;
    return {
      together: Math.max(1, Math.floor(mostLensLogits / vocabulary)),
      read: async (residuals, targets, count) => {
        const [rows, kept] = [targets.length, Math.min(count, vocabulary)];
        return Promise.resolve(plans.take(`${rows}×${kept}`, () => new LensPlan(settings, rows, kept)).run(residuals, targets));
      },
      quickly: QuickLens.offered(settings) ? async (steps, count) => (quick ??= new QuickLens(settings)).read(steps, count) : null,
    };
  }

  private floatsAt(at: number, count: number): Float32Array {
    return this.kernels.memory.floats(at, count);
  }

  /** In memory that is not shared. */
  private copyOf(at: number, count: number, copy: Float32Array = new Float32Array(count)): Float32Array {
    copy.set(this.floatsAt(at, count));
    return copy;
  }

  private get rounds(): boolean {
    return cacheBits(this.settings) === 16;
  }

  /** Keys or values at an address. */
  private cacheAt(kind: CacheKind, at: number, count: number): CacheArray {
    const { memory } = this.kernels;
    if (!this.rounds) return memory.floats(at, count);
    return kind === 'keys' ? memory.integers(at, count) : memory.shorts(at, count);
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

  /** @throws Error where there is no room for the new positions: they would be written over what else lies there */
  private readPast({ batch, added, prompt, own }: Pass): Past {
    if (!own || own.batch !== batch || own.filled.some((filled) => filled + added > own.capacity))
      throw new Error('A pass has no room for its new positions');
    const filled = (name: string, segment: Segment | null): number => {
      const at = this.growing.bytes(name, 4 * batch);
      const counts = this.kernels.memory.integers(at, batch);
      for (let row = 0; row < batch; row++) counts[row] = segment?.filled[segment.filled.length === 1 ? 0 : row] ?? 0;
      return at;
    };
    const stride = (segment: Segment | null): number => (segment && segment.batch > 1 ? this.cacheLines.values * segment.capacity : 0);
    const longest = (segment: Segment | null): number => Math.max(0, ...(segment?.filled ?? []));
    const ownStart = nextMultiple(longest(prompt), placesTogether);
    return {
      promptCapacity: prompt?.capacity ?? 0,
      promptStride: stride(prompt),
      promptFilled: filled('prompt filled', prompt),
      ownCapacity: own.capacity,
      ownStride: stride(own),
      ownFilled: filled('own filled', own),
      ownStart,
      line: ownStart + nextMultiple(longest(own) + added, placesTogether),
    };
  }

  private pastOfLayer({ prompt, own }: Pass, layer: number): PastOfLayer {
    const address = (arrays: readonly CacheArray[] | undefined): number => {
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
  private readOut({ readout, tapped, room, walks }: Pass, stream: Float32Array): Pick<PassOutputs, 'logits' | 'hidden' | 'walks'> {
    const { width, vocabulary } = this.spec;
    const read = (plan: ReadoutPlan, rows: readonly number[]): Float32Array => {
      copyRows(stream, rows, width, this.floatsAt(plan.stream, rows.length * width));
      plan.run();
      return this.copyOf(plan.hidden, rows.length * width);
    };
    const count = readout.length;
    const plan = this.readouts.take(`${count} distributions`, () => new ReadoutPlan(this.settings, count, true));
    const hidden = read(plan, readout);
    const logits = this.copyOf(plan.logits, count * vocabulary, room?.logits);
    const said = { logits, ...(walks && { walks: this.walk(plan.logits, walks) }) };
    if (tapped.length === count && tapped.every((row, i) => row === readout[i])) return { ...said, hidden };
    if (tapped.length === 0) return { ...said, hidden: new Float32Array(0) };
    const vectors = this.readouts.take(`${tapped.length} vectors`, () => new ReadoutPlan(this.settings, tapped.length, false));
    return { ...said, hidden: read(vectors, tapped) };
  }

  /** Walks over logits [R, V] at an address. */
  private walk(logits: number, requests: readonly WalkRequest[]): Walk[] {
    const { vocabulary } = this.spec;
    const asked = requests.map((request) => ({
      kept: request.kept,
      temperature: request.drawing?.temperature ?? 0,
      excluded: excludedOf(request, vocabulary),
      ...walkSizes(request),
    }));
    const places = this.walkPlan.run(logits, vocabulary, partSize, asked);
    return requests.map((request, row) => readWalk(this.kernels.memory.buffer, places[row] ?? 0, vocabulary, request));
  }
}

/** Some rows of a matrix, side by side. */
function copyRows(from: Float32Array, rows: readonly number[], width: number, to: Float32Array): void {
  rows.forEach((row, i) => to.set(from.subarray(row * width, (row + 1) * width), i * width));
}
