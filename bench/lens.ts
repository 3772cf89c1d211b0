import { lensPortion, type RunEvent } from '../main/contract/protocol';
import { stepLength } from '../main/contract/frame';
import { spread, type Spread } from './spread';
import { type TextModel, textOf } from './text-model';

const visibleSteps = 120;
/** Steps generated beside the reading before and after, to compare with. */
const stepsBeside = 60;

export interface LensFigures {
  readonly steps: number;
  readonly layers: number;
  /** From the first request of the window to the last answer, the run going on meanwhile. */
  readonly seconds: Spread;
  /** Steps a second with nothing else to do, before and after. */
  readonly alone: Spread;
  /** Steps a second while the lens is read. */
  readonly meanwhile: Spread;
  /** How much slower the run goes while the lens is read, in percent. */
  readonly slowdown: Spread;
}

/** The heatmap of what is visible, asked for as the window does, while the run it belongs to goes on. */
export async function measureLens(model: TextModel, runs: number, progress: (text: string) => void): Promise<LensFigures> {
  const [seconds, alone, meanwhile]: [number[], number[], number[]] = [[], [], []];
  let layers = 0;
  for (let run = 0; run < runs; run++) {
    const figures = await readOnce(model);
    layers = figures.layers;
    seconds.push(figures.seconds);
    alone.push(figures.alone);
    meanwhile.push(figures.meanwhile);
    progress(
      `lens: run ${run + 1} of ${runs}: ${figures.seconds.toFixed(1)} s; ${figures.alone.toFixed(1)} and ${figures.meanwhile.toFixed(1)} steps/s`,
    );
  }
  const slowdown = alone.map((speed, i) => 100 * (1 - (meanwhile[i] ?? NaN) / speed));
  return {
    steps: visibleSteps,
    layers,
    seconds: spread(seconds),
    alone: spread(alone),
    meanwhile: spread(meanwhile),
    slowdown: spread(slowdown),
  };
}

async function readOnce(model: TextModel): Promise<{ seconds: number; alone: number; meanwhile: number; layers: number }> {
  const client = model.connect();
  /** When each step came, in milliseconds. */
  const times: number[] = [];
  let layers = 0;
  let floats = Infinity;
  const reached = new Map<number, () => void>();
  const whenReached = async (steps: number): Promise<void> => new Promise((resolve) => void reached.set(steps, resolve));
  const take = (event: RunEvent): void => {
    if (event.type === 'started') {
      layers = event.info.layout.streams - 1;
      floats = stepLength(event.info.layout);
    }
    if (event.type !== 'steps') return;
    for (let i = 0; i < event.packed.length / floats; i++) times.push(performance.now());
    for (const [steps, resolve] of reached) if (times.length >= steps) resolve();
  };
  const ended = new Promise<void>((resolve) => {
    client.onEvents((events) => {
      events.forEach(take);
      if (events.some(({ type }) => type === 'finished')) resolve();
    });
  });
  const lanes = [{ kind: 'cot', temperature: 1, ignoreEnd: true, maximumSteps: 4000 }] as const;
  const { run } = await client.request('run.start', { model: model.id, prompt: textOf(80), lanes: [...lanes] });
  await whenReached(visibleSteps + 2);
  const started = performance.now();
  for (let first = 0; first < visibleSteps; first += lensPortion) {
    await client.request('run.lens', { run, lane: 0, branch: 0, first, count: Math.min(lensPortion, visibleSteps - first) });
  }
  const done = performance.now();
  await whenReached(times.length + stepsBeside + 1);
  await client.request('run.cancel', { run });
  await ended;
  await client.request('run.close', { run });
  client.close();

  /** Steps a second between two moments, counted from step to step. */
  const speed = (from: number, to: number): number => {
    const inside = times.filter((time) => time >= from && time <= to);
    return (1000 * (inside.length - 1)) / ((inside.at(-1) ?? NaN) - (inside[0] ?? NaN));
  };
  const before = speed(times[visibleSteps - stepsBeside] ?? NaN, started);
  const after = speed(done, Infinity);
  const reading = times.filter((time) => time > started && time <= done).length;
  return { seconds: (done - started) / 1000, alone: (before + after) / 2, meanwhile: (1000 * reading) / (done - started), layers };
}
