import { stepLength } from '../main/contract/frame';
import { lensOrder } from '../main/contract/lens-order';
import { lensPortion, type RunEvent } from '../main/contract/protocol';
import { spread, type Spread } from './spread';
import { type TextModel, textOf } from './text-model';

const visibleSteps = 120;
/** Steps generated beside a reading before and after, to compare with. */
const stepsBeside = 60;
/** Requests a window has under way at a time. */
const requestsAtOnce = 2;

/** One picture of every layer of the visible steps. */
export interface PictureFigures {
  /** From the first request to the last answer of the coarse round: every eighth layer of every step. */
  readonly coarseSeconds: Spread;
  /** … to the last answer. */
  readonly seconds: Spread;
}

export interface LensFigures {
  readonly steps: number;
  readonly layers: number;
  /** While the run goes on, the first picture. */
  readonly beside: PictureFigures & Slowdown;
  /** While the run goes on, the next picture. */
  readonly next: PictureFigures & Slowdown;
  /** With nothing else to do. */
  readonly idle: PictureFigures;
}

export interface Slowdown {
  /** Steps a second that right before and after would make of what lies between. */
  readonly alone: Spread;
  /** Steps a second while the picture is read. */
  readonly meanwhile: Spread;
  /** How much slower the run goes while the picture is read, in percent. */
  readonly slowdown: Spread;
}

interface Picture {
  readonly coarse: number;
  readonly all: number;
}

/** While a run goes on, with its steps a second beside the picture and meanwhile. */
interface PictureBeside extends Picture {
  readonly alone: number;
  readonly meanwhile: number;
}

/** The heatmap of what is visible, asked for as the window does, while the run it belongs to goes on. @param open a new engine */
export async function measureLens(open: () => Promise<TextModel>, runs: number, progress: (text: string) => void): Promise<LensFigures> {
  const [beside, next, idle]: [PictureBeside[], PictureBeside[], Picture[]] = [[], [], []];
  let layers = 0;
  for (let run = 0; run < runs; run++) {
    const model = await open();
    try {
      const pictures = await readThree(model);
      layers = pictures.layers;
      beside.push(pictures.beside);
      next.push(pictures.next);
      idle.push(pictures.idle);
      const line = (name: string, { coarse, all }: Picture): string =>
        `lens: run ${run + 1} of ${runs}, ${name}: coarse ${coarse.toFixed(2)} s, all ${all.toFixed(1)} s`;
      const speedsOf = ({ alone, meanwhile }: PictureBeside): string => `${alone.toFixed(1)} and ${meanwhile.toFixed(1)} steps/s`;
      progress(`${line('beside', pictures.beside)}; ${speedsOf(pictures.beside)}`);
      progress(`${line('next', pictures.next)}; ${speedsOf(pictures.next)}`);
      progress(line('idle', pictures.idle));
    } finally {
      await model.dispose();
    }
  }
  const times = (pictures: readonly Picture[]): PictureFigures => ({
    coarseSeconds: spread(pictures.map(({ coarse }) => coarse)),
    seconds: spread(pictures.map(({ all }) => all)),
  });
  const speeds = (pictures: readonly PictureBeside[]): Slowdown => ({
    alone: spread(pictures.map(({ alone }) => alone)),
    meanwhile: spread(pictures.map(({ meanwhile }) => meanwhile)),
    slowdown: spread(pictures.map(({ alone, meanwhile }) => 100 * (1 - meanwhile / alone))),
  });
  return {
    steps: visibleSteps,
    layers,
    beside: { ...times(beside), ...speeds(beside) },
    next: { ...times(next), ...speeds(next) },
    idle: times(idle),
  };
}

async function readThree(model: TextModel): Promise<{ beside: PictureBeside; next: PictureBeside; idle: Picture; layers: number }> {
  const client = model.connect();
  /** When each step came, in milliseconds. */
  const times: number[] = [];
  let layers = 0;
  let floats = Infinity;
  const reached = new Map<number, () => void>();
  const whenReached = async (steps: number): Promise<void> =>
    new Promise((resolve) => {
      if (times.length >= steps) resolve();
      else reached.set(steps, resolve);
    });
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
  /** Steps a second between two moments, counted from step to step. */
  const speed = (from: number, to: number): number => {
    const inside = times.filter((time) => time >= from && time <= to);
    return (1000 * (inside.length - 1)) / ((inside.at(-1) ?? NaN) - (inside[0] ?? NaN));
  };
  const lanes = [{ kind: 'cot', temperature: 1, ignoreEnd: true, maximumSteps: 7000 }] as const;
  const { run } = await client.request('run.start', { model: model.id, prompt: textOf(80), lanes: [...lanes] });

  /** The picture of the visible steps from one on. Afterwards, and while a run goes on, so many steps have been generated beside it. */
  const read = async (from: number): Promise<{ coarse: number; all: number; started: number; done: number }> => {
    const rounds = lensOrder(layers).map((streams) => {
      const count = Math.floor(lensPortion / streams.length);
      return Array.from({ length: Math.ceil(visibleSteps / count) }, (_, i) => ({
        first: from + i * count,
        count: Math.min(count, visibleSteps - i * count),
        streams: [...streams],
      }));
    });
    const started = performance.now();
    let coarse = NaN;
    let answered = 0;
    const pieces = rounds.flat();
    const ask = async (): Promise<void> => {
      for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
        await client.request('run.lens', { run, lane: 0, branch: 0, ...piece });
        if (++answered === rounds[0]?.length) coarse = performance.now() - started;
      }
    };
    await Promise.all(Array.from({ length: requestsAtOnce }, ask));
    const done = performance.now();
    return { coarse: coarse / 1000, all: (done - started) / 1000, started, done };
  };
  const readBeside = async (from: number): Promise<PictureBeside> => {
    await whenReached(Math.max(from + visibleSteps, times.length + stepsBeside) + 2);
    const stepsBefore = times.length;
    const { coarse, all, started, done } = await read(from);
    const stepsAfter = times.length;
    await whenReached(stepsAfter + stepsBeside + 1);
    const before = speed(times[stepsBefore - stepsBeside] ?? NaN, started);
    const after = speed(done, Infinity);
    // A step takes longer the more there were before it, so what lies between is the mean of their times.
    return { coarse, all, alone: 2 / (1 / before + 1 / after), meanwhile: (stepsAfter - stepsBefore) / all };
  };
  const beside = await readBeside(0);
  const next = await readBeside(visibleSteps);
  await client.request('run.cancel', { run });
  await ended;
  const { coarse, all } = await read(2 * visibleSteps);
  await client.request('run.close', { run });
  client.close();
  return { beside, next, idle: { coarse, all }, layers };
}
