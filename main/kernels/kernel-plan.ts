import { type Operation, Operations, type OperationSettings } from './operations';

/** Positions of a line of scores, rows and elements of a value, that one part of attention computes. */
const positionsAtOnce = 64;
const rowsAtOnce = 8;
const elementsAtOnce = 16;

/** Bytes for the sums of two queries, and for the scales of four: see assembly/mixture.ts and scores.ts. */
const roomOfSums = 256;
const roomOfScales = 64;

/** Bits of a number in a cache: see assembly/caches.ts. */
export const cacheBits = ({ exact }: Pick<OperationSettings, 'exact'>): 16 | 32 => (exact ? 32 : 16);

/** Lines of positions that a head's keys, or values, take in a cache. */
export const linesOfHead = (settings: Pick<OperationSettings, 'exact' | 'spec'>): number =>
  settings.spec.headWidth + (cacheBits(settings) === 16 ? 2 : 0);

/** B rows of T new positions each. */
export interface PlanShape {
  readonly batch: number;
  readonly added: number;
}

/** Where the positions already read lie, with room for the new ones, and how a line of scores is divided among them: see assembly/segments.ts. */
export interface Past {
  readonly promptCapacity: number;
  readonly promptStride: number;
  readonly promptFilled: number;
  readonly ownCapacity: number;
  readonly ownStride: number;
  readonly ownFilled: number;
  readonly ownStart: number;
  readonly line: number;
}

/** Addresses of one layer's keys and values. */
export interface PastOfLayer {
  readonly promptKeys: number;
  readonly promptValues: number;
  readonly ownKeys: number;
  readonly ownValues: number;
}

const nothingRead: Past & PastOfLayer = {
  promptCapacity: 0,
  promptStride: 0,
  promptFilled: 0,
  ownCapacity: 0,
  ownStride: 0,
  ownFilled: 0,
  ownStart: 0,
  line: 0,
  promptKeys: 0,
  promptValues: 0,
  ownKeys: 0,
  ownValues: 0,
};

/** The jobs of one layer; of attention, the arguments that do not change from one pass to the next. */
interface LayerPlan {
  readonly before: readonly Operation[];
  readonly heads: Operation;
  readonly attention: number;
  readonly after: readonly Operation[];
}

/** The jobs of all layers for passes of one shape, in the order they are run. */
export class KernelPlan {
  /** [B · T, D] */
  readonly stream: number;
  /** [B · T, Hd / 2] each; 0 where nothing turns. */
  readonly cosines: number;
  readonly sines: number;
  readonly #settings: OperationSettings;
  readonly #rows: number;
  /** Lines of scores that one part normalises. */
  readonly #linesAtOnce: number;
  readonly #moves: number;
  readonly #operations: Operations;
  readonly #layers: readonly LayerPlan[];

  constructor(settings: OperationSettings, { batch, added }: PlanShape) {
    const { spec, scratch } = settings;
    const { layers, width, innerWidth, headWidth } = spec;
    const rows = batch * added;
    this.#settings = settings;
    this.#rows = rows;
    this.#linesAtOnce = rows === 1 ? 1 : spec.heads;
    this.stream = scratch.floats('stream', rows * width);
    const turns = spec.positions.kind === 'rotary';
    this.cosines = turns ? scratch.floats('cosines', (rows * headWidth) / 2) : 0;
    this.sines = turns ? scratch.floats('sines', (rows * headWidth) / 2) : 0;
    this.#operations = new Operations(settings, rows);
    // The widest at once, so that none moves after its address has been written down.
    this.#operations.inputs(Math.max(width, innerWidth, spec.heads * headWidth));
    this.#layers = Array.from({ length: layers }, (_, layer) => this.#layer(layer, added));
    this.#moves = scratch.moves;
  }

  /** Whether all is still where it was. */
  isCurrent(): boolean {
    return this.#moves === this.#settings.scratch.moves;
  }

  free(): void {
    this.#operations.free();
  }

  /** Floats that scores take: [rows, H, line]; of a single row as often as it is cut along its elements. */
  scoresOf({ line }: Past): number {
    return this.weightsOf({ line }) * (this.#rows === 1 ? this.#parts : 1);
  }

  /** 16-bit integers that the weights of values take: [rows, H, line]. */
  weightsOf({ line }: Pick<Past, 'line'>): number {
    return this.#rows * this.#settings.spec.heads * line;
  }

  /** @param room for what `scoresOf` and `weightsOf` say */
  run(layer: number, past: Past, ofLayer: PastOfLayer, room: { readonly scores: number; readonly weights: number }): void {
    const plan = this.#layers[layer];
    if (!plan) throw new Error(`There is no layer ${layer}`);
    const { kernels, spec, exact } = this.#settings;
    const { heads, keyValueHeads } = spec;
    const run = ({ job, args, chunks }: Operation): void => kernels.run(job, args, chunks);
    plan.before.forEach(run);
    const { ownCapacity: capacity, ownStride: stride, ownFilled: filled } = past;
    kernels.change('prepareHeads', plan.heads.args, { keys: ofLayer.ownKeys, values: ofLayer.ownValues, capacity, stride, filled });
    run(plan.heads);
    kernels.change('score', plan.attention, { ...past, ...ofLayer, ...room });
    if (exact) kernels.run('attendExactly', plan.attention, this.#rows * heads);
    else {
      kernels.run('score', plan.attention, keyValueHeads * (this.#rows === 1 ? this.#parts : Math.ceil(past.line / positionsAtOnce)));
      kernels.run('normalizeScores', plan.attention, Math.ceil((this.#rows * heads) / this.#linesAtOnce));
      kernels.run('mix', plan.attention, Math.ceil(this.#rows / rowsAtOnce) * keyValueHeads * this.#parts);
    }
    plan.after.forEach(run);
  }

  /** Parts that a key or a value is cut into. */
  get #parts(): number {
    return Math.ceil(this.#settings.spec.headWidth / elementsAtOnce);
  }

  #layer(layer: number, added: number): LayerPlan {
    const { spec, weights, scratch, threads } = this.#settings;
    const { heads, keyValueHeads, headWidth, queryKeyNormalization, gatedFeedForward } = spec;
    const operations = this.#operations;
    const rows = this.#rows;
    const [attention, feedForward] = [`layer.${layer}.attention`, `layer.${layer}.feed-forward`];
    const projections = weights.product(['query', 'key', 'value'].map((name) => `${attention}.${name}`));
    const inner = weights.product((gatedFeedForward ? ['gate', 'up'] : ['up']).map((name) => `${feedForward}.${name}`));
    const output = weights.product([`${attention}.output`]);
    const down = weights.product([`${feedForward}.down`]);
    const projected = scratch.floats('projected', rows * Math.max(projections.outputs, inner.outputs));
    const queries = scratch.floats('queries', rows * heads * headWidth);
    const queryScales = scratch.floats('query scales', rows * heads);
    const bits = cacheBits(this.#settings);
    const lines = linesOfHead(this.#settings);
    const roomOfThread = Math.max(roomOfScales + 2 * headWidth * positionsAtOnce, roomOfSums);
    const [queryNorm, keyNorm] = [operations.norm(`${attention}.query.norm`), operations.norm(`${attention}.key.norm`)];
    const sizes = { keyValueHeads, headWidth, added };
    const turned = operations.make('prepareHeads', rows, {
      ...sizes,
      from: projected,
      heads,
      cosines: this.cosines,
      sines: this.sines,
      normalization: queryKeyNormalization ? queryNorm.kind : 0,
      epsilon: queryNorm.epsilon,
      queryScale: queryNorm.scale,
      queryBias: queryNorm.bias,
      keyScale: keyNorm.scale,
      keyBias: keyNorm.bias,
      queryFactor: 1 / Math.sqrt(headWidth),
      bits,
      queries,
      queryScales,
      keys: 0,
      values: 0,
      capacity: 0,
      stride: 0,
      filled: 0,
    });
    const mixed = operations.make('score', 0, {
      ...sizes,
      rows,
      group: heads / keyValueHeads,
      lines,
      queries,
      queryScales,
      ...nothingRead,
      promptStart: 0,
      promptGrows: 0,
      ownGrows: 1,
      positionsAtOnce,
      linesAtOnce: this.#linesAtOnce,
      rowsAtOnce,
      elementsAtOnce,
      scores: 0,
      weights: 0,
      weightScales: scratch.floats('weight scales', rows * heads),
      room: scratch.bytes('gathered keys', threads * roomOfThread),
      roomOfThread,
      to: operations.inputs(heads * headWidth).floats,
    });
    return {
      before: [operations.normalize(this.stream, `${attention}.norm`, projections), ...operations.multiply(projections, projected)],
      heads: turned,
      attention: mixed.args,
      after: [
        operations.round(heads * headWidth, output),
        ...operations.multiply(output, this.stream, 1),
        operations.normalize(this.stream, `${feedForward}.norm`, inner),
        ...operations.multiply(inner, projected),
        operations.activate(projected, down),
        ...operations.multiply(down, this.stream, 1),
      ],
    };
  }
}
