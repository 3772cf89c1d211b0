import { setImmediate } from 'node:timers/promises';
import { attentionBlock, attentionCode, poolCodes } from '../contract/attention';
import { InterlinearError } from '../contract/errors';
import type { AttentionSequence, Decoder } from '../runtime/decoder';
import type { RunSource } from './run-source';
import { SequenceInputs } from './sequence-inputs';

/** Bytes of codes kept at the most: every layer of a short sequence, or at least the one looked at. */
const mostCodes = 64 << 20;

/** Rows of one head, or of the mean of all, and what all heads look like from afar. */
export interface AttentionRows {
  /** [count, first + count] */
  readonly codes: Uint8Array<ArrayBuffer>;
  /** [H + 1, ceil(count / pool), ceil((first + count) / pool)], the mean of all heads last, or empty where it was not asked for. */
  readonly overview: Uint8Array<ArrayBuffer>;
}

export interface AttentionQuery {
  /** 0 = first. */
  readonly layer: number;
  /** Null: the mean of all heads. */
  readonly head: number | null;
  /** A multiple of `attentionBlock`. */
  readonly first: number;
  /** 1 to `attentionBlock` rows. */
  readonly count: number;
  /** Cells to a side that become one in the overview, a divisor of `attentionBlock`; null where none is wanted. */
  readonly pool: number | null;
}

/** Rows of one layer as they were read: codes [H + 1, count, columns], the mean of all heads last. */
interface Block {
  readonly count: number;
  readonly columns: number;
  readonly codes: Uint8Array<ArrayBuffer>;
}

/**
 * Attention over one branch, computed again from the sequence of its inputs. A pass reads `attentionBlock` positions and what is asked of a
 * run comes between two passes. The cache stays, so that a single row costs one position, and so do the codes of as many layers as fit.
 */
export class AttentionReader {
  readonly #decoder: Decoder;
  readonly #inputs: SequenceInputs;
  readonly #sequence: AttentionSequence;
  /** Blocks by layer, the layer used last at the end. */
  readonly #layers = new Map<number, Block[]>();
  #bytes = 0;
  #abandoned = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(decoder: Decoder, lane: number, branch: number) {
    this.#decoder = decoder;
    this.#inputs = new SequenceInputs(decoder, lane, branch);
    this.#sequence = decoder.sequence();
  }

  /** @throws InterlinearError `bad-request` for rows there are not (yet), `cancelled` once abandoned, `bad-trace` */
  async rows(source: RunSource, { layer, head, first, count, pool }: AttentionQuery): Promise<AttentionRows> {
    return this.#inTurn(async () => {
      await this.#inputs.reach(source, first + count);
      await this.#readTo(first, layer);
      let block = this.#block(layer, first);
      if (block === undefined || block.count < count) block = await this.#read(first, count, layer);
      const { heads } = this.#decoder;
      const columns = first + count;
      const plane = (index: number): Uint8Array<ArrayBuffer> => cut(block, index, count, columns);
      const views = pool === null ? [] : Array.from({ length: heads + 1 }, (_, each) => poolCodes(plane(each), count, columns, pool));
      return { codes: plane(head ?? heads), overview: joined(views) };
    });
  }

  /** Probabilities of one position under every head, exactly: [H, position + 1]. @throws as `rows` */
  async row(source: RunSource, layer: number, position: number): Promise<Float32Array> {
    return this.#inTurn(async () => {
      await this.#inputs.reach(source, position + 1);
      await this.#readTo(position, layer);
      const [probabilities] = await this.#pass(position, 1, [layer]);
      if (!probabilities) throw new Error('The pass gave no attention');
      return probabilities;
    });
  }

  /** Probabilities of some positions under one head, or the mean of all, exactly: [count, first + count]. @throws as `rows` */
  async exactRows(source: RunSource, { layer, head, first, count }: Omit<AttentionQuery, 'pool'>): Promise<Float32Array> {
    return this.#inTurn(async () => {
      await this.#inputs.reach(source, first + count);
      await this.#readTo(first, layer);
      const [all] = await this.#pass(first, count, [layer]);
      if (!all) throw new Error('The pass gave no attention');
      const size = count * (first + count);
      return head === null ? meanOfHeads(all, size) : all.subarray(head * size, (head + 1) * size);
    });
  }

  /** What is still under way ends with `cancelled`: someone looks elsewhere. The cache's memory is given back. */
  abandon(): void {
    if (this.#abandoned) return;
    this.#abandoned = true;
    this.#sequence.dispose();
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** @throws InterlinearError `cancelled` once abandoned */
  async #pass(first: number, count: number, layers: readonly number[]): Promise<readonly Float32Array[]> {
    // Other requests, and the steps of a run, come between.
    await setImmediate();
    if (this.#abandoned) throw new InterlinearError('cancelled', 'The attention of another branch was asked for.');
    return this.#sequence.read(first, this.#inputs.vectors(first, count), layers);
  }

  /** Reads the positions before `end` that the cache lacks, block by block. */
  async #readTo(end: number, layer: number): Promise<void> {
    while (this.#sequence.length < end) {
      const first = this.#sequence.length - (this.#sequence.length % attentionBlock);
      await this.#read(first, Math.min(attentionBlock, this.#inputs.length - first), layer);
    }
  }

  #block(layer: number, first: number): Block | undefined {
    const blocks = this.#layers.get(layer);
    if (blocks) {
      this.#layers.delete(layer);
      this.#layers.set(layer, blocks);
    }
    return blocks?.[first / attentionBlock];
  }

  /** One pass; its codes are kept, of every layer where the whole sequence leaves room for all of them. */
  async #read(first: number, count: number, layer: number): Promise<Block> {
    const { heads, layers } = this.#decoder;
    const { length } = this.#inputs;
    const everyLayer = (layers * (heads + 1) * length * (length + attentionBlock)) / 2 <= mostCodes;
    const wanted = everyLayer ? Array.from({ length: layers }, (_, each) => each) : [layer];
    const read = await this.#pass(first, count, wanted);
    wanted.forEach((each, i) => {
      this.#keep(each, first, encode(read[i] ?? new Float32Array(0), heads, count, first + count));
    });
    const block = this.#block(layer, first);
    if (!block) throw new Error('The block that was read was not kept');
    for (const oldest of this.#layers.keys()) {
      if (this.#bytes <= mostCodes || oldest === layer) break;
      this.#bytes -= (this.#layers.get(oldest) ?? []).reduce((sum, { codes }) => sum + codes.length, 0);
      this.#layers.delete(oldest);
    }
    return block;
  }

  #keep(layer: number, first: number, block: Block): void {
    const blocks = this.#layers.get(layer) ?? [];
    const place = first / attentionBlock;
    this.#bytes += block.codes.length - (blocks[place]?.codes.length ?? 0);
    blocks[place] = block;
    this.#layers.set(layer, blocks);
  }
}

/** @param probabilities [H, size] @returns [size] */
function meanOfHeads(probabilities: Float32Array, size: number): Float32Array {
  const heads = probabilities.length / size;
  return Float32Array.from({ length: size }, (_, cell) => {
    let sum = 0;
    for (let head = 0; head < heads; head++) sum += probabilities[head * size + cell] ?? 0;
    return sum / heads;
  });
}

/** @param probabilities [H, count, columns] */
function encode(probabilities: Float32Array, heads: number, count: number, columns: number): Block {
  const size = count * columns;
  const codes = new Uint8Array((heads + 1) * size);
  for (let cell = 0; cell < size; cell++) {
    let sum = 0;
    for (let head = 0; head < heads; head++) {
      const probability = probabilities[head * size + cell] ?? 0;
      sum += probability;
      codes[head * size + cell] = attentionCode(probability);
    }
    codes[heads * size + cell] = attentionCode(sum / heads);
  }
  return { count, columns, codes };
}

/** The first `count` rows and `columns` columns of one plane, in an array of exactly their size. */
function cut(block: Block, plane: number, count: number, columns: number): Uint8Array<ArrayBuffer> {
  const from = plane * block.count * block.columns;
  if (columns === block.columns) return block.codes.slice(from, from + count * columns);
  const part = new Uint8Array(count * columns);
  for (let row = 0; row < count; row++) {
    const at = from + row * block.columns;
    part.set(block.codes.subarray(at, at + columns), row * columns);
  }
  return part;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
