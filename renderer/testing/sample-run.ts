import { encodeSteps, type FrameLayout } from '../../main/contract/frame';
import { type LaneSettings, type LaneSettingsInput, laneSettingsSchema, type Pick } from '../../main/contract/lanes';
import type { PromptCheck } from '../../main/contract/model';
import type { RunEvent } from '../../main/contract/protocol';
import type { BranchRecord, LaneRecord, RunInfo, Verdict } from '../../main/contract/run';
import { RunModel } from '../state/run-model';
import type { RunView } from '../state/run-view';
import { type SampleStep, sampleSteps } from './sample-steps';
import { sampleVocabulary } from './sample-vocabulary';

const samplePrompt =
  'gus→mia ada→bob tom→eli bob→cy ida→gus wes→hal ada→dee hal→sue cy→tom ida→wes mia→ned dee→fay gus→pip bob→kit wes→ola cy→lou ? tom or sue from ada';
const expected = 'tom';

export const sampleLayout: FrameLayout = { streams: 3, candidates: 8, lens: 5, nearest: 5 };

interface SampleLane {
  readonly settings: LaneSettings;
  readonly branches: readonly (readonly SampleStep[])[];
}

const answerMarker: SampleStep = { token: '⟨answer⟩', forced: true, heads: { '⟨answer⟩': 0.99 } };
const end: SampleStep = { token: '⟨end⟩', heads: { '⟨end⟩': 0.999 } };

function chain(names: readonly (readonly [string, Readonly<Record<string, number>>])[], answer: string): SampleStep[] {
  return [
    { token: '⟨think⟩', forced: true, heads: { '⟨think⟩': 0.99 } },
    ...names.map(([token, heads]) => ({ token, heads })),
    { token: '⟨answer⟩', heads: { '⟨answer⟩': 0.91, tom: 0.06 } },
    { token: answer, heads: answer === 'tom' ? { tom: 0.97, sue: 0.02 } : { sue: 0.51, tom: 0.48 } },
    end,
  ];
}

const fork = { bob: 0.47, dee: 0.49 };
const afterBob = { cy: 0.52, kit: 0.46 };
const afterCy = { tom: 0.62, lou: 0.35 };
const chains = {
  tom: chain(
    [
      ['bob', fork],
      ['cy', afterBob],
      ['tom', afterCy],
    ],
    'tom',
  ),
  lou: chain(
    [
      ['bob', fork],
      ['cy', afterBob],
      ['lou', afterCy],
    ],
    'tom',
  ),
  kit: chain(
    [
      ['bob', fork],
      ['kit', afterBob],
    ],
    'sue',
  ),
  fay: chain(
    [
      ['dee', fork],
      ['fay', { fay: 0.97 }],
    ],
    'sue',
  ),
  fayTom: chain(
    [
      ['dee', fork],
      ['fay', { fay: 0.97 }],
    ],
    'tom',
  ),
};

function settings(input: LaneSettingsInput): LaneSettings {
  return laneSettingsSchema.parse(input);
}

const thought = (heads: Readonly<Record<string, number>>): SampleStep => ({ kind: 'thought', heads });

const lanes: readonly SampleLane[] = [
  { settings: settings({ kind: 'direct' }), branches: [[answerMarker, { token: 'sue', heads: { sue: 0.53, tom: 0.46 } }, end]] },
  { settings: settings({ kind: 'cot' }), branches: [chains.fay] },
  {
    settings: settings({ kind: 'best-of-n', n: 16 }),
    branches: [
      ...Array.from({ length: 5 }, () => chains.tom),
      ...Array.from({ length: 2 }, () => chains.lou),
      ...Array.from({ length: 4 }, () => chains.kit),
      ...Array.from({ length: 3 }, () => chains.fay),
      ...Array.from({ length: 2 }, () => chains.fayTom),
    ],
  },
  {
    settings: settings({ kind: 'coconut', thoughts: 3 }),
    branches: [
      [
        { token: '⟨thought⟩', forced: true, heads: { '⟨thought⟩': 0.99 } },
        thought({ bob: 0.48, dee: 0.46 }),
        thought({ cy: 0.33, kit: 0.31, fay: 0.29 }),
        thought({ tom: 0.47, lou: 0.44 }),
        answerMarker,
        { token: 'tom', heads: { tom: 0.98, sue: 0.01 } },
        end,
      ],
    ],
  },
];

function answerOf(steps: readonly SampleStep[]): string | null {
  const marker = steps.findIndex((step) => step.token === '⟨answer⟩');
  return marker < 0 ? null : (steps[marker + 1]?.token ?? null);
}

function verdictOf(answer: string | null): Verdict {
  if (answer === null) return 'none';
  return answer === expected ? 'right' : 'wrong';
}

function branchRecord(lane: SampleLane, laneNumber: number, branch: number): BranchRecord {
  const steps = lane.branches[branch] ?? [];
  const answer = answerOf(steps);
  const same = lane.branches.filter((other) => answerOf(other) === answer).length;
  const scored = lane.branches.length > 1;
  return {
    lane: laneNumber,
    branch,
    parent: null,
    forkStep: 0,
    steps: steps.length,
    state: 'done',
    text: steps.map((step) => step.token ?? '◆').join(' '),
    answer,
    verdict: verdictOf(answer),
    scores: {
      meanLogProbability: scored ? -0.2 - 0.02 * branch : null,
      selfCertainty: scored ? 2.4 - 0.01 * branch : null,
      votes: scored ? same / lane.branches.length : null,
    },
  };
}

function laneRecord(lane: SampleLane, index: number): LaneRecord {
  const answer = answerOf(lane.branches[0] ?? []);
  const steps = lane.branches.reduce((sum, branch) => sum + branch.length, 0);
  const picks: readonly (readonly [Pick, number])[] = [
    ['majority', 0],
    ['mean-log-probability', 0],
    ['self-certainty', 7],
  ];
  const several = lane.settings.kind === 'best-of-n';
  const longest = Math.max(...lane.branches.map((branch) => branch.length));
  return {
    lane: index,
    state: 'done',
    answer,
    verdict: verdictOf(answer),
    branch: 0,
    steps,
    milliseconds: 9 + steps * 3,
    tokensPerSecond: (1000 * steps) / (9 + steps * 3),
    cost: { serialDepth: 2 * longest, positions: steps, flops: 790_000 * steps, cacheBytes: 2048 * steps },
    picks: several
      ? picks.map(([pick, branch]) => {
          const picked = answerOf(lane.branches[branch] ?? []);
          return { pick, branch, answer: picked, verdict: verdictOf(picked) };
        })
      : [],
    passAtN: several ? 1 : null,
    error: null,
  };
}

function promptCheck(prompt: string): PromptCheck {
  const words = [...prompt.matchAll(/\S+/g)];
  const tokens = words.map((word) => ({ id: 0, text: word[0], start: word.index, end: word.index + word[0].length, special: false }));
  const path = ['ada→bob', 'bob→cy', 'cy→tom'].flatMap((fact) => {
    const start = prompt.indexOf(fact);
    return start < 0 ? [] : [{ start, end: start + fact.length }];
  });
  return { tokens, problems: [], expected, path, hops: path.length, rendered: null };
}

function runInfo(id: string): RunInfo {
  return {
    id,
    request: {
      model: 'kin',
      prompt: samplePrompt,
      lanes: lanes.map((lane) => lane.settings),
      seed: 7,
      schedule: 'lockstep',
      device: 'cpu',
      chat: null,
    },
    model: {
      id: 'kin',
      name: 'kin-2L',
      task: 'kin',
      weightsHash: '6348467f044383a072031e97a1e6987b33311087f6b0a468d50651a0f4cae4b2',
      license: 'MIT',
      layers: 2,
      width: 128,
      heads: 4,
      vocabulary: sampleVocabulary.length,
      parameters: 395_000,
      cacheBytesPerPosition: 2048,
      lanes: ['direct', 'cot', 'best-of-n', 'coconut'],
      architecture: 'llama',
      dtype: 'f32',
      maximumPositions: null,
      chat: false,
      bytes: 0,
    },
    check: promptCheck(samplePrompt),
    layout: sampleLayout,
    vocabulary: [...sampleVocabulary],
    device: 'cpu',
    deviceNote: null,
    dtype: 'f32',
    threads: 2,
    engine: 'onnxruntime 1.24.3',
    appVersion: '0.1.0',
    others: [],
    startedAt: '2026-11-23T12:00:00.000Z',
  };
}

/** Every event of one finished run of four lanes, in the order an engine would send them. */
export function sampleEvents(id = 'sample', recorded = false): readonly RunEvent[] {
  const started: RunEvent = { type: 'started', run: id, info: runInfo(id), recorded };
  const longest = Math.max(...lanes.flatMap((lane) => lane.branches.map((branch) => branch.length)));
  const packed = lanes.flatMap((lane, index) => lane.branches.map((steps, branch) => sampleSteps(index, branch, steps)));
  const ticks = Array.from({ length: longest }, (_, tick): RunEvent => {
    const steps = packed.flatMap((branch) => branch.slice(tick, tick + 1));
    return { type: 'steps', run: id, packed: encodeSteps(steps, sampleLayout) };
  });
  const branches = lanes.flatMap((lane, index) =>
    lane.branches.map((_, branch): RunEvent => ({ type: 'branch', run: id, record: branchRecord(lane, index, branch) })),
  );
  const records = lanes.map((lane, index): RunEvent => ({ type: 'lane', run: id, record: laneRecord(lane, index) }));
  const finished: RunEvent = {
    type: 'finished',
    run: id,
    outcome: {
      status: 'done',
      milliseconds: 114,
      prefillMilliseconds: 12,
      parity: [
        { name: 'lastLayerLensEqualsLogits', passed: true, maximumDifference: 2.1e-6, tolerance: 1e-4, compared: '98 steps' },
        { name: 'cachedEqualsUncached', passed: true, maximumDifference: 4.8e-6, tolerance: 1e-4, compared: '1 branch of 7 steps' },
      ],
      error: null,
    },
    trace: { id: `trace-${id}`, bytes: 41_230 },
    recordingError: null,
  };
  return [started, ...ticks, ...branches, ...records, finished];
}

/** A finished run as the window sees it. `ticks` leaves it running after that many. */
export function sampleRun(id = 'sample', ticks?: number): RunView {
  const [started, ...rest] = sampleEvents(id);
  if (started?.type !== 'started') throw new Error('The first event of a run is "started"');
  const model = new RunModel(started);
  for (const event of ticks === undefined ? rest : rest.slice(0, ticks)) {
    if (event.type !== 'started') model.apply(event);
  }
  return model.view();
}
