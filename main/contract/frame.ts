import { bits, branchIndex, laneIndex, milliseconds, stepIndex } from './ids';
import { type Candidates, type LayerReading, type StepRecord, stepKinds } from './steps';

/** Sizes that fix how a step packs into 32-bit floats; one layout serves a whole run. */
export interface FrameLayout {
  /** L + 1: residual streams per step. */
  readonly streams: number;
  /** Candidates kept before and after the sampler. */
  readonly candidates: number;
  /** Lens candidates kept per layer. */
  readonly lens: number;
  /** Nearest token embeddings kept per thought. */
  readonly nearest: number;
}

/** The scalars a packed step begins with, in order. */
const scalarNames = [
  'lane',
  'branch',
  'index',
  'kind',
  'tokenId',
  'targetId',
  'forced',
  'logProbability',
  'surprisal',
  'entropy',
  'margin',
  'cosineToPrevious',
  'milliseconds',
] as const;
const scalars = scalarNames.length;
/** Numbers a packed layer begins with: norm, probability, rank, entropy. */
export const layerScalars = 4;

/** Numbers that can be read out of a packed step without unpacking it. `norm` is the last layer's. */
export type StepScalar = (typeof scalarNames)[number] | 'norm';

/** Where a scalar stands inside a packed step, in floats. */
export function scalarPlace(name: StepScalar, layout: FrameLayout): number {
  if (name !== 'norm') return scalarNames.indexOf(name);
  return scalars + 4 * layout.candidates + (layout.streams - 1) * (layerScalars + 2 * layout.lens);
}

/** Floats of the candidates before the sampler, and as many after it: ids, then probabilities. They stand between the scalars and the layers. */
export const candidatesLength = ({ candidates }: FrameLayout): number => 2 * candidates;

/** 32-bit floats one packed step takes. */
export function stepLength(layout: FrameLayout): number {
  return scalars + 2 * candidatesLength(layout) + layout.streams * (layerScalars + 2 * layout.lens) + 2 * layout.nearest;
}

/** Ids up to 2^24 are exact in a 32-bit float; vocabularies are far smaller. An empty place holds id -1. */
function writeCandidates(values: Candidates, count: number, target: Float32Array, offset: number): number {
  for (let i = 0; i < count; i++) {
    target[offset + i] = values.ids[i] ?? -1;
    target[offset + count + i] = values.probabilities[i] ?? 0;
  }
  return offset + 2 * count;
}

function readCandidates(count: number, source: Float32Array, offset: number): Candidates {
  const ids: number[] = [];
  const probabilities: number[] = [];
  for (let i = 0; i < count; i++) {
    const id = source[offset + i] ?? -1;
    if (id < 0) break;
    ids.push(id);
    probabilities.push(source[offset + count + i] ?? 0);
  }
  return { ids, probabilities };
}

/** Packs one step at `offset` (in floats) of `target`. */
function encodeStep(step: StepRecord, layout: FrameLayout, target: Float32Array, offset: number): void {
  target.set(
    [
      step.lane,
      step.branch,
      step.index,
      stepKinds.indexOf(step.kind),
      step.tokenId,
      step.targetId,
      step.forced ? 1 : 0,
      step.logProbability,
      step.surprisal,
      step.entropy,
      step.margin,
      step.cosineToPrevious,
      step.milliseconds,
    ],
    offset,
  );
  let at = writeCandidates(step.candidates, layout.candidates, target, offset + scalars);
  at = writeCandidates(step.sampled, layout.candidates, target, at);
  at = writeLayers(step.layers, layout, target, at);
  writeCandidates(step.nearest, layout.nearest, target, at);
}

function writeReading(reading: LayerReading | undefined, lens: number, target: Float32Array, offset: number): number {
  target.set([reading?.norm ?? NaN, reading?.probability ?? NaN, reading?.rank ?? NaN, reading?.entropy ?? NaN], offset);
  return writeCandidates(reading?.top ?? { ids: [], probabilities: [] }, lens, target, offset + layerScalars);
}

function writeLayers(layers: readonly LayerReading[], layout: FrameLayout, target: Float32Array, offset: number): number {
  let at = offset;
  for (let stream = 0; stream < layout.streams; stream++) at = writeReading(layers[stream], layout.lens, target, at);
  return at;
}

/** 32-bit floats the reading of one layer takes. @param lens candidates kept */
export function readingLength(lens: number): number {
  return layerScalars + 2 * lens;
}

/** Readings one after the other, as the layers stand in a packed step. @param lens candidates kept of each */
export function encodeReadings(readings: readonly LayerReading[], lens: number): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(readings.length * readingLength(lens));
  readings.forEach((reading, i) => writeReading(reading, lens, packed, i * readingLength(lens)));
  return packed;
}

/** Unpacks the reading of one layer at `offset` (in floats) of `source`. */
export function decodeReading(lens: number, source: Float32Array, offset: number): LayerReading {
  return {
    norm: source[offset] ?? NaN,
    probability: source[offset + 1] ?? NaN,
    rank: source[offset + 2] ?? NaN,
    entropy: bits(source[offset + 3] ?? NaN),
    top: readCandidates(lens, source, offset + layerScalars),
  };
}

/** Where the layers' readings stand inside a packed step, in floats, and how many floats they take. */
export function layersPlace(layout: FrameLayout): { readonly offset: number; readonly length: number } {
  return { offset: scalars + 4 * layout.candidates, length: layout.streams * readingLength(layout.lens) };
}

/** Unpacks the step at `offset` (in floats) of `source`. The caller checks that `stepLength` floats are there. */
export function decodeStep(layout: FrameLayout, source: Float32Array, offset: number): StepRecord {
  const read = (place: number): number => source[offset + place] ?? NaN;
  let at = offset + scalars;
  const candidates = readCandidates(layout.candidates, source, at);
  at += 2 * layout.candidates;
  const sampled = readCandidates(layout.candidates, source, at);
  at += 2 * layout.candidates;
  const layers: LayerReading[] = [];
  for (let stream = 0; stream < layout.streams; stream++) {
    layers.push(decodeReading(layout.lens, source, at));
    at += readingLength(layout.lens);
  }
  return {
    lane: laneIndex(read(0)),
    branch: branchIndex(read(1)),
    index: stepIndex(read(2)),
    kind: stepKinds[read(3)] ?? 'token',
    tokenId: read(4),
    targetId: read(5),
    forced: read(6) === 1,
    logProbability: read(7),
    surprisal: bits(read(8)),
    entropy: bits(read(9)),
    margin: read(10),
    cosineToPrevious: read(11),
    milliseconds: milliseconds(read(12)),
    candidates,
    sampled,
    layers,
    nearest: readCandidates(layout.nearest, source, at),
  };
}

/** Layout by lane: lanes of different models differ in their number of layers. */
export type LaneLayouts = (lane: number) => FrameLayout;

/** Packs steps one after the other, each in the layout of its lane, into one array of exactly the size needed. */
export function encodeSteps(steps: readonly StepRecord[], layout: FrameLayout | LaneLayouts): Float32Array<ArrayBuffer> {
  const layoutOf = typeof layout === 'function' ? layout : () => layout;
  const packed = new Float32Array(steps.reduce((sum, { lane }) => sum + stepLength(layoutOf(lane)), 0));
  let at = 0;
  for (const step of steps) {
    const own = layoutOf(step.lane);
    encodeStep(step, own, packed, at);
    at += stepLength(own);
  }
  return packed;
}

/**
 * Where each packed step begins, in floats. A step begins with its lane, which says how long it is.
 * @throws RangeError when `packed` does not hold a whole number of steps
 */
export function stepPlaces(packed: Float32Array, layoutOf: LaneLayouts): readonly number[] {
  const places: number[] = [];
  let at = 0;
  while (at < packed.length) {
    places.push(at);
    at += stepLength(layoutOf(packed[at] ?? -1));
  }
  if (at !== packed.length) throw new RangeError(`A frame of ${packed.length} floats ends within a step`);
  return places;
}

/** @throws RangeError when `packed` does not hold a whole number of steps. */
export function decodeSteps(layout: FrameLayout, packed: Float32Array): StepRecord[] {
  const length = stepLength(layout);
  if (packed.length % length !== 0) throw new RangeError(`A frame of ${packed.length} floats does not hold whole steps of ${length}`);
  return Array.from({ length: packed.length / length }, (_, i) => decodeStep(layout, packed, i * length));
}
