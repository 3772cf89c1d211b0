import { unembeddingName } from '../graph/decoder-spec';
import type { KernelProduct } from './kernel-weights';
import { knowsBytes } from './kernels';
import { components, LensSketch } from './lens-sketch';
import { LogitParts, type LogitReading } from './logit-parts';
import { Operations, type OperationSettings } from './operations';
import { Scratch } from './scratch';
import { TokenCopies } from './token-copies';

/** Streams, one of each step, that are read at once. */
const rowsAtOnce = 64;
/** Tokens the sketch is tried on for each stream. */
const probes = 128;
/** A token further below the highest than so many nats is left out: it has less than a thousandth of its probability. */
const depth = 7;
/** Deviations of the sketch that a token's own logit may be above it. */
const deviations = 4;
/** The same for embeddings, which point to tokens in directions of their own. */
const deviationsAtFirst = 10;
/** Candidates of a stream, and of a part of the vocabulary: where there are more the whole product is the better way. */
const mostCandidates = 1536;
const mostOfPart = 512;
/** Tokens of a part. */
const partSize = 1024;
/** Streams a sketch is made from. */
const mostSampled = 256;
/** A sketch that leaves more candidates to a stream than this, in the mean, is made anew. */
const poor = 1000;
const fewestTokens = 4096;

/** Residual streams of one step, [S, D], and the token their lens is asked about. */
export interface QuickStep {
  readonly streams: Float32Array;
  readonly target: number;
  /** Tokens that are likely to be high at one of them. */
  readonly known: readonly number[];
}

/**
 * Reads the lens over the tokens that matter. A sketch of the unembedding (its products with a few directions, in 8 bits) says which tokens may come
 * within `depth` of the highest; the logits of these are computed in full, and all others count as nothing. How far the sketch is off is seen for
 * each stream by some tokens it is tried on. What a sketch cannot see, a token that a stream points to in none of its directions, is looked
 * for among those that are known: of the step itself, and those that were high at the layers above.
 *
 * So ids, their order and logits are exact but for tokens that escape; probabilities are too large by the share of what is left out. A
 * target below the candidates has the place that the sketch gives it. Against exact readings: see docs/performance.md.
 */
export class QuickLens {
  readonly #settings: OperationSettings;
  readonly #product: KernelProduct;
  readonly #scratch: Scratch;
  readonly #copies: TokenCopies;
  readonly #probes: readonly number[];
  #sketch: LensSketch | null = null;
  #isPoor = false;

  /** Whether streams of this decoder can be read so. */
  static offered({ spec, exact }: OperationSettings): boolean {
    return knowsBytes && !exact && spec.vocabulary >= fewestTokens && spec.width >= components;
  }

  constructor(settings: OperationSettings) {
    const { spec, weights, kernels } = settings;
    this.#settings = settings;
    this.#product = weights.product([unembeddingName(spec)]);
    this.#scratch = new Scratch(kernels.memory);
    this.#probes = Array.from({ length: probes }, (_, i) => Math.floor(((i + 0.5) * spec.vocabulary) / probes));
    this.#copies = new TokenCopies(settings, this.#product, this.#probes);
  }

  free(): void {
    this.#sketch?.free();
    this.#copies.free();
    this.#scratch.free();
  }

  /**
   * @param kept how many of the highest
   * @returns [steps, S]; null where a stream has too many candidates
   */
  read(steps: readonly QuickStep[], kept: number): (LogitReading | null)[][] {
    const streams = (steps[0]?.streams.length ?? 0) / this.#settings.spec.width;
    if (this.#sketch === null || this.#isPoor) {
      this.#sketch?.free();
      this.#sketch = this.#makeSketch(steps, streams);
    }
    const readings: (LogitReading | null)[][] = [];
    let found = 0;
    for (let first = 0; first < steps.length; first += rowsAtOnce) {
      const some = steps.slice(first, first + rowsAtOnce);
      const pass = new QuickPass(this.#settings, this.#scratch, this.#copies, this.#sketch, this.#probes, some, kept);
      try {
        for (let stream = streams - 1; stream >= 0; stream--) found += pass.run(stream);
        readings.push(...pass.readings);
      } finally {
        pass.free();
      }
    }
    this.#isPoor = found > poor * streams * steps.length;
    return readings;
  }

  /** From some of the streams. */
  #makeSketch(steps: readonly QuickStep[], streams: number): LensSketch {
    const { spec, kernels } = this.#settings;
    const { width } = spec;
    const all = steps.length * streams;
    const rows = Math.min(mostSampled, all);
    const operations = new Operations({ ...this.#settings, scratch: this.#scratch }, rows);
    const from = this.#scratch.floats('sampled', rows * width);
    const values = kernels.memory.floats(from, rows * width);
    for (let row = 0; row < rows; row++) {
      const index = Math.floor((row * all) / rows);
      const stream = index % streams;
      const source = steps[Math.floor(index / streams)]?.streams.subarray(stream * width, (stream + 1) * width);
      if (source) values.set(source, row * width);
    }
    const { job, args, chunks } = operations.normalize(from, 'final.norm', this.#product);
    kernels.run(job, args, chunks);
    const sketch = new LensSketch(this.#settings, operations.inputs(width).floats, rows);
    operations.free();
    return sketch;
  }
}

/** Streams of some steps, one layer of all of them after the other. */
class QuickPass {
  readonly readings: (LogitReading | null)[][];
  readonly #room: ReturnType<typeof makeRoom>;
  readonly #args: { readonly sketchRow: number; readonly scanSketch: number; readonly readCandidates: number };
  /** Of each step: tokens that may be high, the target first. */
  readonly #known: Set<number>[];
  readonly #parts: number;
  /** Of each token the last list it is in, counted from 1. */
  readonly #marks: Int32Array;
  #lists = 0;

  constructor(
    private readonly settings: OperationSettings,
    private readonly scratch: Scratch,
    private readonly copies: TokenCopies,
    sketch: LensSketch,
    tried: readonly number[],
    private readonly steps: readonly QuickStep[],
    private readonly kept: number,
  ) {
    const { spec, kernels, threads, weights } = settings;
    const { width, vocabulary } = spec;
    const rows = steps.length;
    this.#parts = Math.ceil(vocabulary / partSize);
    this.readings = steps.map(() => []);
    this.#marks = new Int32Array(vocabulary);
    this.#known = steps.map(({ target, known }) => new Set([target, ...known]));
    copies.tidy();
    const room = makeRoom(scratch, { rows, width, parts: this.#parts, threads });
    this.#room = room;
    for (const [index, token] of tried.entries())
      new Int8Array(kernels.memory.buffer, room.ofProbes, probes * components).set(sketch.of(token), index * components);
    const ofLens = { copies: copies.at, bytes: copies.bytes, most: mostCandidates, stride: mostCandidates, ...room.lens };
    const inputs = { rows: 1, blocks: width / 32, inBytes: 0, ...room.inputs };
    const { kind, epsilon } = spec.normalization;
    const norm = { kind: kind === 'rms' ? 1 : 2, epsilon, scale: weights.vector('final.norm'), bias: weights.vector('final.norm.bias') };
    const { bytesOfRows, cuts, targets } = room;
    this.#args = {
      sketchRow: kernels.prepare('sketchRow', {
        ...inputs,
        ...ofLens,
        ...norm,
        bytesOfRows,
        cuts,
        targets,
        depth,
        deviations,
        probes,
        components,
        width,
        from: room.from,
        to: room.to,
        ofProbes: room.ofProbes,
        directions: sketch.directions,
      }),
      scanSketch: kernels.prepare('scanSketch', {
        rows,
        components,
        bytesOfRows,
        cuts,
        targets,
        vocabulary,
        sketch: sketch.sketch,
        starts: sketch.starts,
        size: partSize,
        parts: this.#parts,
        found: room.found,
        most: mostOfPart,
        counts: room.foundCounts,
        above: room.above,
        room: room.scan,
        roomOfThread: room.scanBytes,
      }),
      readCandidates: kernels.prepare('readCandidates', { ...inputs, ...ofLens }),
    };
  }

  free(): void {
    for (const at of Object.values(this.#args)) this.settings.kernels.memory.free(at);
  }

  /** Reads one stream of each step. @returns how many candidates there were */
  run(stream: number): number {
    const { kernels, spec } = this.settings;
    const { memory } = kernels;
    const { width } = spec;
    const room = this.#room;
    const rows = this.steps.length;
    const from = memory.floats(room.from, rows * width);
    const listed = memory.integers(room.lens.listed, rows * mostCandidates);
    const counts = memory.integers(room.lens.counts, rows);
    const lists: number[][] = [];
    for (const [row, { streams }] of this.steps.entries()) {
      from.set(streams.subarray(stream * width, (stream + 1) * width), row * width);
      const list: number[] = [];
      for (const token of this.#known[row] ?? []) {
        const place = this.copies.place(token);
        if (place < 0) continue;
        listed[row * mostCandidates + list.length] = place;
        list.push(token);
      }
      counts[row] = list.length;
      lists.push(list);
    }
    this.copies.fetch();
    kernels.change('sketchRow', this.#args.sketchRow, { deviations: stream === 0 ? deviationsAtFirst : deviations });
    kernels.run('sketchRow', this.#args.sketchRow, rows);
    kernels.run('scanSketch', this.#args.scanSketch, this.#parts);
    const isOver = this.#collect(lists, listed);
    this.copies.fetch();
    let [most, all] = [components, 0];
    for (const [row, list] of lists.entries()) {
      counts[row] = list.length;
      most = Math.max(most, list.length);
      all += list.length;
    }
    const stride = Math.ceil(most / 8) * 8;
    kernels.change('readCandidates', this.#args.readCandidates, { stride });
    kernels.run('readCandidates', this.#args.readCandidates, rows);
    const parts = new LogitParts(
      { ...this.settings, scratch: this.scratch },
      { logits: room.lens.logits, rows, vocabulary: stride },
      this.kept,
    );
    const read = parts.run(lists.map(() => 0));
    parts.free();
    const [cuts, targets] = [memory.integers(room.cuts, rows), memory.integers(room.targets, rows)];
    const above = memory.integers(room.above, rows * this.#parts);
    for (const [row, reading] of read.entries()) {
      const ids = reading.ids.map((index) => lists[row]?.[index] ?? -1);
      for (const id of ids) this.#known[row]?.add(id);
      const isCandidate = (targets[row] ?? 0) > (cuts[row] ?? 0);
      const estimated = above.subarray(row * this.#parts, (row + 1) * this.#parts).reduce((sum, count) => sum + count, 0);
      const place = isCandidate ? reading.above : Math.max(reading.above, estimated);
      const readings = this.readings[row];
      if (readings) readings[stream] = isOver[row] === true ? null : { ...reading, ids, above: place };
    }
    return all;
  }

  /** Adds to each row's list what the sketch has found. @returns which rows have found too many */
  #collect(lists: readonly number[][], listed: Int32Array): boolean[] {
    const { memory } = this.settings.kernels;
    const rows = lists.length;
    const found = memory.integers(this.#room.found, rows * this.#parts * mostOfPart);
    const counts = memory.integers(this.#room.foundCounts, rows * this.#parts);
    return lists.map((list, row) => {
      const mark = ++this.#lists;
      for (const token of list) this.#marks[token] = mark;
      for (let part = row * this.#parts; part < (row + 1) * this.#parts; part++) {
        const count = counts[part] ?? 0;
        if (list.length + count > mostCandidates || count > mostOfPart) return true;
        for (let at = part * mostOfPart; at < part * mostOfPart + count; at++) {
          const token = found[at] ?? 0;
          if (this.#marks[token] === mark) continue;
          const place = this.copies.place(token);
          if (place < 0) return true;
          listed[row * mostCandidates + list.length] = place;
          list.push(token);
        }
      }
      return false;
    });
  }
}

function makeRoom(scratch: Scratch, { rows, width, parts, threads }: { rows: number; width: number; parts: number; threads: number }) {
  const padded = Math.ceil(width / 32 / 4) * 4;
  const even = Math.ceil(rows / 4) * 4;
  const scanBytes = Math.ceil((80 * even) / 128) * 128;
  return {
    from: scratch.floats('streams', rows * width),
    to: scratch.floats('normed', rows * width),
    inputs: {
      integers: scratch.bytes('integers', 2 * rows * width),
      scales: scratch.floats('scales', rows * padded),
      sums: scratch.floats('sums', rows * padded),
    },
    lens: {
      listed: scratch.bytes('listed', 4 * rows * mostCandidates),
      counts: scratch.bytes('listed counts', 4 * rows),
      logits: scratch.floats('candidates', rows * mostCandidates),
    },
    bytesOfRows: scratch.bytes('bytes of rows', even * components),
    ofProbes: scratch.bytes('of probes', probes * components),
    cuts: scratch.bytes('cuts', 4 * even),
    targets: scratch.bytes('sketched targets', 4 * even),
    found: scratch.bytes('found', 4 * rows * parts * mostOfPart),
    foundCounts: scratch.bytes('found counts', 4 * rows * parts),
    above: scratch.bytes('above', 4 * rows * parts),
    scanBytes,
    scan: scratch.bytes('scan', scanBytes * threads),
  };
}
