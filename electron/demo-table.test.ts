import { describe, expect, it } from 'vitest';
import { laneSettingsSchema } from '../main/contract/lanes';
import type { LaneRecord, RunInfo } from '../main/contract/run';
import { demoTable } from './demo-table';

function record(lane: number, answer: string | null, verdict: LaneRecord['verdict'], steps: number, milliseconds: number): LaneRecord {
  return {
    lane,
    state: 'done',
    answer,
    verdict,
    branch: 0,
    steps,
    milliseconds,
    tokensPerSecond: 0,
    cost: { serialDepth: 0, positions: 0, flops: 0, cacheBytes: 0 },
    picks: [],
    passAtN: null,
    error: null,
  };
}

function info(kinds: readonly ('direct' | 'cot' | 'best-of-n' | 'coconut')[]): RunInfo {
  return {
    id: 'r',
    request: {
      model: 'kin',
      prompt: '',
      lanes: kinds.map((kind) => laneSettingsSchema.parse({ kind })),
      seed: 7,
      schedule: 'lockstep',
      device: 'cpu',
      chat: null,
    },
    model: {
      id: 'kin',
      name: 'kin',
      task: 'kin',
      weightsHash: '',
      license: '',
      layers: 2,
      width: 128,
      heads: 4,
      vocabulary: 1,
      parameters: 1,
      cacheBytesPerPosition: 1,
      lanes: [],
      architecture: 'llama',
      dtype: 'f32',
      maximumPositions: null,
      chat: false,
      bytes: 0,
    },
    check: { tokens: [], problems: [], expected: null, path: [], hops: null, rendered: null },
    layout: { streams: 3, candidates: 8, lens: 4, nearest: 4 },
    vocabulary: [],
    device: 'cpu',
    deviceNote: null,
    dtype: 'f32',
    threads: 2,
    engine: '',
    appVersion: '',
    others: [],
    startedAt: '',
  };
}

describe('the table of a demonstration', () => {
  it('has a line per lane, numbers to the right', () => {
    const lanes = [
      record(0, 'sue', 'wrong', 2, 4.4),
      record(1, 'tom', 'right', 6, 12.6),
      record(2, 'tom', 'right', 101, 88),
      record(3, null, 'none', 0, 0),
    ];
    expect(demoTable({ info: info(['direct', 'cot', 'best-of-n', 'coconut']), lanes }).split('\n')).toEqual([
      'Lane                    Answer  Verdict  Steps  ms',
      'Direct                  sue     wrong        2   4',
      'Chain of thought        tom     right        6  13',
      'Best of 16              tom     right      101  88',
      'Continuous thought (4)  –       –            0   0',
    ]);
  });

  it('says nothing of a lane that said nothing', () => {
    expect(demoTable({ info: info(['direct']), lanes: [] })).toContain('Direct  –       –            0   –');
  });
});
