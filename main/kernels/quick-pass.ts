import type { OperationSettings } from './operations';
import { components, type LensSketch } from './lens-sketch';
import { LogitParts, type LogitReading } from './logit-parts';
import type { Scratch } from './scratch';
import type { TokenCopies } from './token-copies';

/** A token further below the highest than so many nats is left out: it has less than a four-hundredth of its probability. */
const depth = 6;
/** Deviations of the sketch that a token's own logit may be above it. */
const deviations = 3;
/** The same for embeddings, which point to tokens in directions of their own. */
const deviationsAtFirst = 10;
/** Candidates of a stream, and of a part of the vocabulary: where there are more the whole product is the better way. */
const mostCandidates = 2048;
const mostOfPart = 512;
/** Tokens known of a step, at the most. */
const mostKnown = 512;
/** Tokens of a part. */
const partSize = 1024;

/** Residual streams of one step, [S, D], and the token their lens is asked about. */
export interface QuickStep {
  readonly streams: Float32Array;
  readonly target: number;
  /** Tokens that are likely to be high at one of them. */
  readonly known: readonly number[];
}

/** What passes share. */
interface QuickTools {
  readonly settings: OperationSettings;
  readonly scratch: Scratch;
  readonly copies: TokenCopies;
  readonly sketch: LensSketch;
  /** Tokens the sketch is tried on, whose copies are the first. */
  readonly tried: readonly number[];
}

/** Reads streams of some steps, one layer of all of them after the other, from the last down: what is high at one is known at the next. */
export class QuickPass {
  readonly readings: (LogitReading | null)[][];
  readonly #room: ReturnType<typeof makeRoom>;
  readonly #args: Readonly<Record<'sketchRow' | 'scanSketch' | 'listCandidates' | 'readCandidates', number>>;
  /** Of each step: tokens that may be high, the target first. */
  readonly #known: number[][];
  readonly #parts: number;
  readonly #settings: OperationSettings;
  readonly #scratch: Scratch;
  readonly #copies: TokenCopies;
  readonly #views;

  constructor(
    { settings, scratch, copies, sketch, tried }: QuickTools,
    private readonly steps: readonly QuickStep[],
    private readonly kept: number,
  ) {
    this.#settings = settings;
    this.#scratch = scratch;
    this.#copies = copies;
    const { spec, kernels, threads, weights } = settings;
    const { width, vocabulary } = spec;
    const rows = steps.length;
    const probes = tried.length;
    const all = steps[0]?.streams.length ?? 0;
    this.#parts = Math.ceil(vocabulary / partSize);
    this.readings = steps.map(() => []);
    this.#known = steps.map(({ target, known }) => [...new Set([target, ...known])].slice(0, mostKnown));
    copies.tidy();
    // Targets first, should room run short. What is known later has been read, from its copy.
    for (const token of [...steps.map(({ target }) => target), ...this.#known.flat()]) copies.place(token);
    copies.fetch();
    const room = makeRoom(scratch, { rows, all, width, vocabulary, probes, parts: this.#parts, threads });
    this.#room = room;
    const { memory } = kernels;
    memory.bytes(room.bits, room.bitsBytes * threads).fill(0);
    const from = memory.floats(room.from, rows * all);
    for (const [row, step] of steps.entries()) from.set(step.streams, row * all);
    this.#views = {
      listed: memory.integers(room.lens.listed, rows * mostCandidates),
      counts: memory.integers(room.lens.counts, rows),
      missing: memory.integers(room.missing, rows * mostCandidates),
      missingCounts: memory.integers(room.missingCounts, rows),
      above: memory.integers(room.above, rows * this.#parts),
      cuts: memory.integers(room.cuts, rows),
      targets: memory.integers(room.targets, rows),
    };
    for (const [index, token] of tried.entries())
      new Int8Array(memory.buffer, room.ofProbes, probes * components).set(sketch.of(token), index * components);
    const ofLens = {
      copies: copies.at,
      bytes: copies.bytes,
      places: copies.placesAt,
      most: mostCandidates,
      stride: mostCandidates,
      ...room.lens,
    };
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
        apart: 4 * all,
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
      listCandidates: kernels.prepare('listCandidates', {
        places: copies.placesAt,
        found: room.found,
        mostFound: mostOfPart,
        foundCounts: room.foundCounts,
        parts: this.#parts,
        listed: room.lens.listed,
        most: mostCandidates,
        counts: room.lens.counts,
        missing: room.missing,
        missingCounts: room.missingCounts,
        room: room.bits,
        roomOfThread: room.bitsBytes,
      }),
      readCandidates: kernels.prepare('readCandidates', { ...inputs, ...ofLens }),
    };
  }

  free(): void {
    for (const at of Object.values(this.#args)) this.#settings.kernels.memory.free(at);
  }

  /** Reads one stream of each step. */
  run(stream: number): void {
    const { kernels, spec } = this.#settings;
    const { width } = spec;
    const rows = this.steps.length;
    for (let row = 0; row < rows; row++) {
      const known = this.#known[row] ?? [];
      this.#views.listed.set(known, row * mostCandidates);
      this.#views.counts[row] = known.length;
    }
    kernels.change('sketchRow', this.#args.sketchRow, {
      from: this.#room.from + 4 * stream * width,
      deviations: stream === 0 ? deviationsAtFirst : deviations,
    });
    kernels.run('sketchRow', this.#args.sketchRow, rows);
    kernels.run('scanSketch', this.#args.scanSketch, this.#parts);
    kernels.run('listCandidates', this.#args.listCandidates, rows);
    const isRead = this.steps.map((_, row) => this.#isListed(row));
    this.#copies.fetch();
    const stride = Math.ceil(Math.max(components, ...this.#views.counts) / 8) * 8;
    kernels.change('readCandidates', this.#args.readCandidates, { stride });
    kernels.run('readCandidates', this.#args.readCandidates, rows);
    const logits = { logits: this.#room.lens.logits, rows, vocabulary: stride };
    const parts = new LogitParts({ ...this.#settings, scratch: this.#scratch }, logits, this.kept);
    // The target is the first that is listed.
    const readings = parts.run(this.steps.map(() => 0));
    parts.free();
    for (const [row, { entropy, probability, above, ids: places, probabilities }] of readings.entries()) {
      const ids = places.map((place) => this.#views.listed[row * mostCandidates + place] ?? -1);
      const known = this.#known[row];
      for (const id of ids) if (known && known.length < mostKnown && !known.includes(id)) known.push(id);
      const reading = { entropy, probability, above: this.#aboveTarget(row, above), ids, probabilities };
      const ofStep = this.readings[row];
      if (ofStep) ofStep[stream] = isRead[row] === true ? reading : null;
    }
  }

  /** Whether a row's candidates are listed, and there is room for copies of them all. */
  #isListed(row: number): boolean {
    const { counts, missing, missingCounts } = this.#views;
    const begin = row * mostCandidates;
    const hasRoom = missing.subarray(begin, begin + (missingCounts[row] ?? 0)).every((token) => this.#copies.place(token));
    return (counts[row] ?? -1) >= 0 && hasRoom;
  }

  /** Tokens above the target: by the sketch where it is not among the candidates. */
  #aboveTarget(row: number, amongCandidates: number): number {
    const { cuts, targets, above } = this.#views;
    if ((targets[row] ?? 0) > (cuts[row] ?? 0)) return amongCandidates;
    let sketched = 0;
    for (let part = row * this.#parts; part < (row + 1) * this.#parts; part++) sketched += above[part] ?? 0;
    return Math.max(amongCandidates, sketched);
  }
}

interface RoomSizes {
  readonly rows: number;
  /** Numbers of all streams of a step. */
  readonly all: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly probes: number;
  readonly parts: number;
  readonly threads: number;
}

function makeRoom(scratch: Scratch, { rows, all, width, vocabulary, probes, parts, threads }: RoomSizes) {
  const padded = Math.ceil(width / 32 / 4) * 4;
  const even = Math.ceil(rows / 4) * 4;
  const scanBytes = Math.ceil((80 * even) / 128) * 128;
  const bitsBytes = Math.ceil(vocabulary / 8 / 128) * 128;
  return {
    from: scratch.floats('streams', rows * all),
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
    missing: scratch.bytes('missing', 4 * rows * mostCandidates),
    missingCounts: scratch.bytes('missing counts', 4 * rows),
    scanBytes,
    bitsBytes,
    bits: scratch.bytes('bits', bitsBytes * threads),
    scan: scratch.bytes('scan', scanBytes * threads),
  };
}
