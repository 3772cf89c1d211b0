import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LaneSettingsInput } from '../main/contract/lanes';
import { runRequestSchema } from '../main/contract/run';
import { Engine } from '../main/host/engine';
import { readPresets } from '../main/models/presets';
import { type Spread, spread } from './spread';

/** Runs of each side before any counts: the first ones are spent compiling. */
const warmUpPairs = 20;

const oneLane: readonly LaneSettingsInput[] = [{ kind: 'cot' }];
const sixLanes: readonly LaneSettingsInput[] = [
  { kind: 'direct' },
  { kind: 'cot' },
  { kind: 'cot', temperature: 0.8 },
  { kind: 'best-of-n', n: 4 },
  { kind: 'coconut', thoughts: 3 },
  { kind: 'coconut', thoughts: 4 },
];

export interface LanesFigures {
  /** Milliseconds of a run from reading the prompt to the checks after it, recorded to disk meanwhile. */
  readonly oneCotLane: Spread;
  readonly sixMixedLanes: Spread;
  /** Six mixed lanes in lockstep over one `cot` lane, pair by pair. */
  readonly ratio: Spread;
}

/** Time of six mixed lanes in lockstep against one chain of thought on the embedded model, in turn, after a warm-up. */
export async function measureLanes(resources: string, pairs: number, progress: (text: string) => void): Promise<LanesFigures> {
  const runs = await mkdtemp(join(tmpdir(), 'interlinear-bench-'));
  const engine = new Engine({ resources, runs, models: join(runs, 'models'), appVersion: 'bench' });
  // A prompt on which the greedy chain runs to its answer; where it gives up early there is little to compare with.
  const prompt = (await readPresets(join(resources, 'presets.json'))).find(({ id }) => id === 'small-family')?.prompt ?? '';
  const time = async (lanes: readonly LaneSettingsInput[]): Promise<number> => {
    const request = runRequestSchema.parse({ prompt, lanes, schedule: 'lockstep' });
    const started = await engine.start(request, { push: () => undefined, ready: () => Promise.resolve() });
    const { outcome } = await started.finished;
    if (outcome.status !== 'done') throw new Error(`A run ended as ${outcome.status}: ${outcome.error?.message ?? ''}`);
    return outcome.milliseconds;
  };
  try {
    for (let pair = 0; pair < warmUpPairs; pair++) {
      await time(oneLane);
      await time(sixLanes);
    }
    const one: number[] = [];
    const six: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      one.push(await time(oneLane));
      six.push(await time(sixLanes));
      progress(`lanes: pair ${pair + 1} of ${pairs}`);
    }
    return { oneCotLane: spread(one), sixMixedLanes: spread(six), ratio: spread(six.map((value, i) => value / (one[i] ?? NaN))) };
  } finally {
    await engine.dispose();
    await rm(runs, { recursive: true });
  }
}
