import { bits, branchIndex, laneIndex, milliseconds, stepIndex } from '../../contract/ids';
import type { BranchRecord, LaneRecord, RunInfo, RunOutcome } from '../../contract/run';
import type { Candidates, LayerReading, StepRecord } from '../../contract/steps';
import type { TappedStep } from '../../runtime/run-sink';
import { Recorder, type RecorderOptions, type Recording } from '../recorder';

/** A run made up by hand: no model, but everything a recorder is given, in the order it is given. */
export interface SampleRun {
  readonly info: RunInfo;
  /** Steps of each tick, all lanes in lockstep. */
  readonly ticks: readonly (readonly TappedStep[])[];
  readonly branches: readonly BranchRecord[];
  readonly lanes: readonly LaneRecord[];
  readonly outcome: RunOutcome;
}

export const vocabulary = ['⟨answer⟩', '⟨end⟩', 'bob', 'a,b', 'say "x"', 'line\nbreak', 'späť', '→', 'ada', '=1+1'];
const streams = 3;
const width = 8;

export const sampleInfo: RunInfo = {
  id: 'run-1',
  request: {
    model: 'kin',
    prompt: 'ada→bob ? bob or "cy", from ada',
    lanes: [
      { kind: 'direct', maximumSteps: 16 },
      { kind: 'best-of-n', n: 3, temperature: 1, topK: 0, topP: 1, minP: 0, pick: 'majority', maximumSteps: 64 },
      { kind: 'coconut', thoughts: 2, maximumSteps: 32 },
    ],
    seed: 7,
    schedule: 'lockstep',
    device: 'cpu',
    chat: null,
  },
  model: {
    id: 'kin',
    name: 'Kin',
    task: 'kin',
    weightsHash: 'ab'.repeat(32),
    license: 'MIT',
    layers: streams - 1,
    width,
    heads: 2,
    vocabulary: vocabulary.length,
    parameters: 1000,
    cacheBytesPerPosition: 128,
    lanes: ['direct', 'cot', 'best-of-n', 'coconut'],
    architecture: 'llama',
    dtype: 'f32',
    maximumPositions: null,
    chat: false,
    bytes: 0,
  },
  check: { tokens: [], problems: [], expected: 'bob', path: [], hops: 1, rendered: null },
  layout: { streams, candidates: 4, lens: 2, nearest: 3 },
  vocabulary,
  device: 'cpu',
  deviceNote: null,
  dtype: 'f32',
  threads: 2,
  engine: 'none',
  appVersion: '0.1.0',
  others: [],
  startedAt: '2026-11-23T10:11:12.345Z',
};

/** Numbers from 0 to 1, 32-bit floats, always the same for one seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.fround(((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32);
  };
}

function sampleStep(next: () => number, lane: number, branch: number, index: number, thought: boolean): TappedStep {
  const some = (most: number): number => Math.floor(next() * (most + 1));
  const candidates = (most: number): Candidates => {
    const ids = Array.from({ length: most }, () => some(vocabulary.length - 1));
    return { ids, probabilities: ids.map(() => next()) };
  };
  const layer = (): LayerReading => ({
    norm: next(),
    probability: next(),
    rank: 1 + some(9),
    entropy: bits(next()),
    top: candidates(some(2)),
  });
  const probability = next();
  const record: StepRecord = {
    lane: laneIndex(lane),
    branch: branchIndex(branch),
    index: stepIndex(index),
    kind: thought ? 'thought' : 'token',
    tokenId: thought ? -1 : some(vocabulary.length - 1),
    targetId: some(vocabulary.length - 1),
    forced: index === 0,
    logProbability: thought ? NaN : Math.fround(Math.log(probability)),
    surprisal: bits(thought ? NaN : Math.fround(-Math.log2(probability))),
    entropy: bits(next()),
    // Minus zero and infinity are numbers like any other and must come back.
    margin: index === 1 ? -0 : next(),
    cosineToPrevious: index === 0 ? NaN : Math.fround(2 * next() - 1),
    milliseconds: milliseconds(next()),
    candidates: candidates(4),
    sampled: thought ? { ids: [], probabilities: [] } : candidates(some(4)),
    layers: [{ ...layer(), entropy: bits(index === 2 ? Infinity : 0) }, layer(), { ...layer(), rank: NaN, probability: NaN }],
    nearest: thought ? candidates(3) : { ids: [], probabilities: [] },
  };
  const vector = (length: number): Float32Array => Float32Array.from({ length }, () => 20 * next() - 10);
  return { record, residual: vector(streams * width), thought: thought ? vector(width) : null };
}

function branchRecord(lane: number, branch: number, steps: number): BranchRecord {
  return {
    lane,
    branch,
    parent: lane === 1 && branch === 2 ? 0 : null,
    forkStep: 0,
    steps,
    state: 'done',
    text: 'ada →, "x"',
    answer: lane === 0 ? null : 'bob',
    verdict: lane === 0 ? 'none' : 'right',
    scores: { meanLogProbability: lane === 1 ? -0.125 * (branch + 1) : null, selfCertainty: null, votes: lane === 1 ? 1 : null },
  };
}

function laneRecord(lane: number, steps: number): LaneRecord {
  return {
    lane,
    state: 'done',
    answer: 'bob',
    verdict: 'right',
    branch: 0,
    steps,
    milliseconds: 3,
    tokensPerSecond: 100,
    cost: { serialDepth: 10, positions: steps, flops: 1000, cacheBytes: 640 },
    picks: [],
    passAtN: lane === 1 ? 1 : null,
    error: null,
  };
}

/** @param length ticks; lane 1 has three branches, of which each is one tick shorter than the one before */
export function sampleRun(length = 6, seed = 1): SampleRun {
  const next = numbers(seed);
  const rows = [
    [0, 0],
    [1, 0],
    [1, 1],
    [1, 2],
    [2, 0],
  ] as const;
  const stepsOf = (lane: number, branch: number): number => length - (lane === 1 ? branch : 0);
  const ticks = Array.from({ length }, (_, tick) =>
    rows
      .filter(([lane, branch]) => tick < stepsOf(lane, branch))
      .map(([lane, branch]) => sampleStep(next, lane, branch, tick, lane === 2 && tick < 2)),
  );
  return {
    info: sampleInfo,
    ticks,
    branches: rows.map(([lane, branch]) => branchRecord(lane, branch, stepsOf(lane, branch))),
    lanes: [0, 1, 2].map((lane) => laneRecord(lane, length)),
    outcome: { status: 'done', milliseconds: 12, prefillMilliseconds: 4, parity: [], error: null },
  };
}

/** Records everything but the end. */
export async function startRecording(run: SampleRun, options: RecorderOptions): Promise<Recorder> {
  const recorder = new Recorder(options);
  await recorder.start(run.info);
  for (const branch of run.branches) recorder.branch({ ...branch, state: 'running', steps: 0 });
  for (const lane of run.lanes) recorder.lane({ ...lane, state: 'running', answer: null, verdict: 'none', branch: null });
  for (const tick of run.ticks) recorder.steps(tick);
  return recorder;
}

export async function recordRun(run: SampleRun, options: RecorderOptions): Promise<Recording> {
  const recorder = await startRecording(run, options);
  for (const branch of run.branches) recorder.branch(branch);
  for (const lane of run.lanes) recorder.lane(lane);
  return recorder.finish(run.outcome);
}

/** Every step of the run in the order traces keep: lane, branch, step. */
export function orderedSteps({ ticks }: SampleRun): TappedStep[] {
  return ticks.flat().toSorted(({ record: a }, { record: b }) => a.lane - b.lane || a.branch - b.branch || a.index - b.index);
}
