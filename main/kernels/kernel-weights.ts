import { setImmediate } from 'node:timers/promises';
import { type DecoderSpec, unembeddingName, weightShapes } from '../graph/decoder-spec';
import type { Weights } from '../graph/graph-builder';
import { type QuantizedBits, quantizedBitWidths, type QuantizedParts, quantizedParts } from '../graph/quantized-parts';
import { mostKernelBytes } from './kernel-memory';
import type { Kernels } from './kernels';
import type { ProductChoice } from './product-choice';

/** Bytes read from the file of the weights at a time. */
const portion = 1 << 20;
/** Scales or offsets that a thread narrows at once. */
const numbersAtOnce = 1 << 14;
/** Of the memory kernels can have, what weights may take: the rest is for caches. */
const mostWeightBytes = 0.75 * mostKernelBytes;

/** A matrix, or several that follow each other, in the kernels' memory. */
export interface KernelMatrix {
  readonly bits: QuantizedBits;
  readonly integers: number;
  readonly scales: number;
  /** To be multiplied with `factor`; the scales once more where it has none. */
  readonly offsets: number;
  readonly factor: number;
  readonly blocks: number;
  readonly outputs: number;
  /** 1: scales and offsets are halves. */
  readonly narrow: 0 | 1;
}

/** How a matrix lies: see assembly/products.ts, sixteens.ts and byte-products.ts. */
export interface WeightOrder {
  /** Rows that lie together. */
  readonly together: 8 | 16;
  /** Weights lie, and inputs are to lie, as assembly/byte-products.ts reads them. */
  readonly inBytes: boolean;
}

/** Rows to be put into the order that products read: integers of so many bits, or floats, [outputs, blocks]. See assembly/repack.ts. */
interface Repacking {
  readonly bits: number;
  readonly order: WeightOrder;
  readonly blocks: number;
  readonly outputs: number;
  readonly scales: number;
}

const nextMultiple = (count: number, unit: number): number => Math.ceil(count / unit) * unit;

/** Matrices that meet the same input, product beside product. */
export interface KernelProduct extends WeightOrder {
  readonly matrices: readonly KernelMatrix[];
  /** Of all outputs; 0 where there is none. */
  readonly bias: number;
  readonly outputs: number;
}

const bitsOf = ({ places }: Weights, name: string): QuantizedBits | null =>
  quantizedBitWidths.find((bits) => places.has(quantizedParts(name, bits).integers)) ?? null;

/** Names of the matrices of one layer, by what they are multiplied with. */
function productsOf({ gatedFeedForward }: DecoderSpec, prefix: string): readonly (readonly string[])[] {
  const [attention, feedForward] = [`${prefix}.attention`, `${prefix}.feed-forward`];
  return [
    ['query', 'key', 'value'].map((name) => `${attention}.${name}`),
    [`${attention}.output`],
    (gatedFeedForward ? ['gate', 'up'] : ['up']).map((name) => `${feedForward}.${name}`),
    [`${feedForward}.down`],
  ];
}

function productsOfAll(spec: DecoderSpec): (readonly string[])[] {
  const layers = Array.from({ length: spec.layers }, (_, layer) => productsOf(spec, `layer.${layer}`));
  // The largest first: what it needs only for a while is there for all others.
  return [[unembeddingName(spec)], ...layers.flat()];
}

/** Whether the kernels can compute with these weights: every matrix in 4 or 8 bits, and all of it in their memory. */
export function kernelsFit(spec: DecoderSpec, weights: Weights): boolean {
  const names = productsOfAll(spec).flat();
  if (spec.headWidth % 4 !== 0 || names.some((name) => bitsOf(weights, name) === null)) return false;
  let bytes = 0;
  for (const place of weights.places.values()) bytes += place.byteLength;
  return bytes <= mostWeightBytes;
}

/** Bytes that all matrices take where they are stored. */
function matrixBytes(spec: DecoderSpec, weights: Weights): number {
  const tensors = new Set<string>();
  for (const name of productsOfAll(spec).flat()) {
    for (const bits of quantizedBitWidths) {
      const { integers, scales, offsets } = quantizedParts(name, bits);
      tensors.add(integers).add(scales).add(offsets);
    }
  }
  return [...tensors].reduce((sum, tensor) => sum + (weights.places.get(tensor)?.byteLength ?? 0), 0);
}

/** Told of the bytes of matrices that have been taken, and of how many there are. */
export type TakenListener = (doneBytes: number, totalBytes: number) => void;

/** A decoder's weights in the kernels' memory. */
export class KernelWeights {
  readonly #products = new Map<string, KernelProduct>();
  readonly #vectors = new Map<string, number>();

  private constructor(
    private readonly kernels: Kernels,
    private readonly weights: Weights,
    private readonly choice: ProductChoice,
    private readonly onTaken: (bytes: number) => void,
  ) {}

  /**
   * Others get their turn meanwhile.
   * @param choice the kernels that will multiply with them
   * @throws InterlinearError `unsupported` where memory does not suffice
   */
  static async load(
    kernels: Kernels,
    weights: Weights,
    spec: DecoderSpec,
    choice: ProductChoice,
    onTaken: TakenListener,
  ): Promise<KernelWeights> {
    const totalBytes = matrixBytes(spec, weights);
    let doneBytes = 0;
    const loaded = new KernelWeights(kernels, weights, choice, (bytes) => {
      doneBytes += bytes;
      onTaken(doneBytes, totalBytes);
    });
    for (const names of productsOfAll(spec)) loaded.#products.set(names.join(), await loaded.#load(names));
    const norms = [...weightShapes(spec)].filter(([name, shape]) => shape.length === 1 && /norm(\.bias)?$/u.test(name));
    for (const [name] of norms) loaded.#vectors.set(name, loaded.#copy([name]));
    return loaded;
  }

  /** @throws Error where the decoder has no such product */
  product(names: readonly string[]): KernelProduct {
    const found = this.#products.get(names.join());
    if (!found) throw new Error(`There is no product of ${names.join(', ')}`);
    return found;
  }

  /** Address of a norm's scale or bias; 0 where the decoder has none of that name. */
  vector(name: string): number {
    return this.#vectors.get(name) ?? 0;
  }

  /** Neighbours that are stored alike become one matrix. */
  async #load(names: readonly string[]): Promise<KernelProduct> {
    const { places } = this.weights;
    const kind = (name: string): string => {
      const bits = bitsOf(this.weights, name);
      return `${bits} ${bits !== null && places.has(quantizedParts(name, bits).offsets)}`;
    };
    const { wide, bytes } = this.choice;
    const inBytes = names.every((name) => bytes.some((bits) => bitsOf(this.weights, name) === bits));
    const order: WeightOrder = { together: inBytes || wide ? 16 : 8, inBytes };
    const matrices: KernelMatrix[] = [];
    let alike: string[] = [];
    for (const [index, name] of names.entries()) {
      alike.push(name);
      const next = names[index + 1];
      if (next !== undefined && kind(next) === kind(name)) continue;
      matrices.push(await this.#join(alike, order));
      alike = [];
    }
    const biases = names.map((name) => `${name}.bias`);
    const bias = biases.every((name) => places.has(name)) ? this.#copy(biases) : 0;
    return { ...order, matrices, bias, outputs: matrices.reduce((sum, { outputs }) => sum + outputs, 0) };
  }

  async #join(names: readonly string[], order: WeightOrder): Promise<KernelMatrix> {
    const { places } = this.weights;
    const bits = bitsOf(this.weights, names[0] ?? '');
    if (bits === null) throw new Error(`${names.join(', ')} are not in 4 or 8 bits`);
    const parts = names.map((name) => quantizedParts(name, bits));
    const shapes = parts.map(({ integers }) => places.get(integers)?.shape ?? []);
    const blocks = shapes[0]?.[1] ?? 0;
    const outputs = shapes.reduce((sum, [rows = 0]) => sum + rows, 0);
    const repack = async (tensor: (part: QuantizedParts) => string, width: number, above = 0): Promise<number> =>
      this.#repack(parts.map(tensor), { bits: width, order, blocks, outputs, scales: above });
    const integers = await repack((part) => part.integers, bits);
    const scales = await repack((part) => part.scales, 32);
    const hasOffsets = parts.every((part) => places.has(part.offsets));
    const stored = hasOffsets ? await repack((part) => part.offsets, 32, bits === 4 ? scales : 0) : 0;
    // Integers of 4 bits stay above 0: what they are too large is an offset, in proportion to the scale.
    const factor = hasOffsets ? 1 : bits === 4 ? -8 : 0;
    const floats = hasOffsets ? [scales, stored] : [scales];
    const halves = this.#narrow(floats, blocks * nextMultiple(outputs, order.together));
    const [first = 0, last = first] = halves ?? floats;
    return { bits, integers, scales: first, offsets: last, factor, blocks, outputs, narrow: halves ? 1 : 0 };
  }

  /** Tensors whose rows follow each other, in the order that products read, a few rows at a time. */
  async #repack(names: readonly string[], { bits, order, blocks, outputs, scales }: Repacking): Promise<number> {
    const { memory } = this.kernels;
    const rowBytes = (bits === 32 ? 4 : 4 * bits) * blocks;
    const { together } = order;
    const rowsAtOnce = nextMultiple(Math.ceil(portion / rowBytes), together);
    const to = memory.allocate(rowBytes * nextMultiple(outputs, together));
    const from = memory.allocate(rowBytes * rowsAtOnce);
    const { copy } = this.#tensors(names);
    for (let row = 0; row < outputs; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, outputs - row);
      const missing = nextMultiple(rows, together) - rows;
      copy(from, rows * rowBytes);
      this.onTaken(rows * rowBytes);
      memory.bytes(from + rows * rowBytes, missing * rowBytes).fill(0);
      const place = row * rowBytes;
      const job = { bits, together, inBytes: order.inBytes ? 1 : 0, from, to: to + place, blocks, scales: scales && scales + place };
      const args = this.kernels.prepare('repack', job);
      this.kernels.run('repack', args, (rows + missing) / together);
      memory.free(args);
      await setImmediate();
    }
    memory.free(from);
    return to;
  }

  /**
   * Halves in place of floats, which are freed.
   * @param count numbers at each of the addresses
   * @returns null where one of them is no half: they stay then
   */
  #narrow(floats: readonly number[], count: number): readonly number[] | null {
    const { memory } = this.kernels;
    const inexact = memory.allocate(4);
    const isInexact = memory.integers(inexact, 1).fill(0);
    const halves = floats.map((from) => {
      const to = memory.allocate(2 * count);
      const args = this.kernels.prepare('narrow', { from, to, count, countAtOnce: numbersAtOnce, inexact });
      this.kernels.run('narrow', args, Math.ceil(count / numbersAtOnce));
      memory.free(args);
      return to;
    });
    const kept = isInexact[0] === 0 ? halves : null;
    for (const at of [inexact, ...(kept ? floats : halves)]) memory.free(at);
    return kept;
  }

  /** Some tensors, one after the other, as they are stored. */
  #copy(names: readonly string[]): number {
    const { byteLength, copy } = this.#tensors(names);
    const at = this.kernels.memory.allocate(byteLength);
    copy(at, byteLength);
    return at;
  }

  /** Bytes of some tensors, one after the other; `copy` goes on where it was. */
  #tensors(names: readonly string[]): { readonly byteLength: number; readonly copy: (to: number, count: number) => void } {
    const { places, read } = this.weights;
    const found = names.map((name) => {
      const place = places.get(name);
      if (!place) throw new Error(`There is no weight '${name}'`);
      return place;
    });
    let [index, done] = [0, 0];
    const copy = (to: number, count: number): void => {
      let at = to;
      for (let place = found[index]; place && at < to + count; place = found[index]) {
        const part = read(place.offset + done, Math.min(portion, place.byteLength - done, to + count - at));
        this.kernels.memory.bytes(at, part.byteLength).set(part);
        at += part.byteLength;
        done += part.byteLength;
        if (done === place.byteLength) [index, done] = [index + 1, 0];
      }
    };
    return { byteLength: found.reduce((sum, { byteLength }) => sum + byteLength, 0), copy };
  }
}
