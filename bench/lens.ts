import { setTimeout as sleep } from 'node:timers/promises';
import { readingLength, stepLength } from '../main/contract/frame';
import { lensOrder } from '../main/contract/lens-order';
import { lensPortion, type RunEvent } from '../main/contract/protocol';
import { agreementOf, type LensAgreement } from './lens-agreement';
import { spread, type Spread } from './spread';
import { type TextModel, textOf } from './text-model';

const visibleSteps = 120;
/** Steps generated beside a reading before and after, to compare with. */
const stepsBeside = 150;
/** Requests of readings in full that a window has under way at a time, when it has the quick ones. */
const requestsAtOnce = 2;
/** In which a picture is to be there. */
const firstMilliseconds = 1500;

/** One picture of every layer of the visible steps. */
export interface PictureFigures {
  /** From the request to the quick readings of every layer of every step. */
  readonly quickSeconds: Spread;
  readonly agreement: LensAgreement;
  /** … to the last reading in full. */
  readonly seconds: Spread;
}

export interface LensFigures {
  readonly steps: number;
  readonly layers: number;
  /** While the run goes on, the first picture. */
  readonly beside: PictureFigures & Slowdown;
  /** While the run goes on, the next picture. */
  readonly next: PictureFigures & Slowdown;
  /** The fifth, while the run goes on, when all that is needed has been compiled: its quick readings alone. */
  readonly later: Pick<PictureFigures, 'quickSeconds'> & Pick<Slowdown, 'first' | 'aloneFirst' | 'slowdownFirst'>;
  /** With nothing else to do. */
  readonly idle: PictureFigures;
}

export interface Slowdown {
  /** Steps a second in the first second and a half, in which the picture is to be there, and what right before and after would make of it. */
  readonly first: Spread;
  readonly aloneFirst: Spread;
  /** The same until all of it has been read in full. */
  readonly meanwhile: Spread;
  readonly alone: Spread;
  /** How much slower the run goes in the first second and a half, and until all has been read in full, in percent. */
  readonly slowdownFirst: Spread;
  readonly slowdown: Spread;
}

interface Picture {
  readonly quick: number;
  readonly all: number;
  readonly lens: number;
  /** The readings, in the same order. */
  readonly quickly: Float32Array;
  readonly inFull: Float32Array;
}

/** While a run goes on, with its steps a second beside the picture and meanwhile. */
interface PictureBeside extends Picture {
  readonly aloneFirst: number;
  readonly first: number;
  readonly alone: number;
  readonly meanwhile: number;
}

/** The heatmap of what is visible, asked for as the window does, while the run it belongs to goes on. @param open a new engine */
export async function measureLens(open: () => Promise<TextModel>, runs: number, progress: (text: string) => void): Promise<LensFigures> {
  const [beside, next, later, idle]: [PictureBeside[], PictureBeside[], PictureBeside[], Picture[]] = [[], [], [], []];
  let layers = 0;
  for (let run = 0; run < runs; run++) {
    const model = await open();
    try {
      const pictures = await readAll(model);
      layers = pictures.layers;
      beside.push(pictures.beside);
      next.push(pictures.next);
      later.push(pictures.later);
      idle.push(pictures.idle);
      const line = (name: string, { quick, all }: Picture): string =>
        `lens: run ${run + 1} of ${runs}, ${name}: quick ${quick.toFixed(2)} s, in full ${all.toFixed(1)} s`;
      const firstOf = ({ aloneFirst, first }: PictureBeside): string => `${aloneFirst.toFixed(0)} and ${first.toFixed(0)} steps/s`;
      const speedsOf = (picture: PictureBeside): string =>
        `${firstOf(picture)}; in all ${picture.alone.toFixed(0)} and ${picture.meanwhile.toFixed(0)}`;
      progress(`${line('beside', pictures.beside)}; ${speedsOf(pictures.beside)}`);
      progress(`${line('next', pictures.next)}; ${speedsOf(pictures.next)}`);
      progress(`lens: run ${run + 1} of ${runs}, later: quick ${pictures.later.quick.toFixed(2)} s; ${firstOf(pictures.later)}`);
      progress(line('idle', pictures.idle));
    } finally {
      await model.dispose();
    }
  }
  const quickSecondsOf = (pictures: readonly Picture[]): Spread => spread(pictures.map(({ quick }) => quick));
  const times = (pictures: readonly Picture[]): PictureFigures => ({
    quickSeconds: quickSecondsOf(pictures),
    agreement: agreementOf(
      pictures[0]?.lens ?? NaN,
      pictures.map(({ quickly }) => quickly),
      pictures.map(({ inFull }) => inFull),
    ),
    seconds: spread(pictures.map(({ all }) => all)),
  });
  const speedsFirst = (pictures: readonly PictureBeside[]): Pick<Slowdown, 'first' | 'aloneFirst' | 'slowdownFirst'> => ({
    first: spread(pictures.map(({ first }) => first)),
    aloneFirst: spread(pictures.map(({ aloneFirst }) => aloneFirst)),
    slowdownFirst: spread(pictures.map(({ aloneFirst, first }) => 100 * (1 - first / aloneFirst))),
  });
  const speeds = (pictures: readonly PictureBeside[]): Slowdown => ({
    ...speedsFirst(pictures),
    alone: spread(pictures.map(({ alone }) => alone)),
    meanwhile: spread(pictures.map(({ meanwhile }) => meanwhile)),
    slowdown: spread(pictures.map(({ alone, meanwhile }) => 100 * (1 - meanwhile / alone))),
  });
  return {
    steps: visibleSteps,
    layers,
    beside: { ...times(beside), ...speeds(beside) },
    next: { ...times(next), ...speeds(next) },
    later: { quickSeconds: quickSecondsOf(later), ...speedsFirst(later) },
    idle: times(idle),
  };
}

interface Pictures {
  readonly beside: PictureBeside;
  readonly next: PictureBeside;
  readonly later: PictureBeside;
  readonly idle: Picture;
  readonly layers: number;
}

async function readAll(model: TextModel): Promise<Pictures> {
  const client = model.connect();
  /** When each step came, in milliseconds. */
  const times: number[] = [];
  let layers = 0;
  let floats = Infinity;
  let lens = 0;
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
      ({ lens } = event.info.layout);
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
  const read = async (from: number, isRead = true): Promise<Picture & { readonly started: number; readonly done: number }> => {
    const rounds = lensOrder(layers).map((streams) => {
      const count = Math.floor(lensPortion / streams.length);
      return Array.from({ length: Math.ceil(visibleSteps / count) }, (_, i) => ({
        first: from + i * count,
        count: Math.min(count, visibleSteps - i * count),
        streams: [...streams],
      }));
    });
    const started = performance.now();
    const place = { run, lane: 0, branch: 0 };
    const { packed: quickly } = await client.request('run.quickLens', { ...place, first: from, count: visibleSteps });
    const quick = (performance.now() - started) / 1000;
    const length = readingLength(lens);
    if (quickly?.length !== visibleSteps * layers * length) throw new Error('There are no quick readings of all streams');
    const inFull = new Float32Array(quickly.length);
    const pieces = isRead ? rounds.flat() : [];
    const ask = async (): Promise<void> => {
      for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
        const { first, count, streams } = piece;
        const { packed } = await client.request('run.lens', { ...place, ...piece });
        for (let i = 0; i < count * streams.length; i++) {
          const at = (first - from + Math.floor(i / streams.length)) * layers + (streams[i % streams.length] ?? NaN);
          inFull.set(packed.subarray(i * length, (i + 1) * length), at * length);
        }
      }
    };
    await Promise.all(Array.from({ length: requestsAtOnce }, ask));
    const done = performance.now();
    return { quick, all: (done - started) / 1000, lens, quickly, inFull, started, done };
  };
  const readBeside = async (from: number, isRead = true): Promise<PictureBeside> => {
    await whenReached(Math.max(from + visibleSteps, times.length + stepsBeside) + 2);
    const stepsBefore = times.length;
    const picture = await read(from, isRead);
    const { all, started, done } = picture;
    const stepsAfter = times.length;
    // Until it has been paid for, and what comes next is alone again.
    if (!isRead) await sleep(2 * firstMilliseconds);
    await whenReached(stepsAfter + stepsBeside + 1);
    const before = speed(times[stepsBefore - stepsBeside] ?? NaN, started);
    // A step takes longer the more there were before it, so what lies between is the mean of their times.
    const between = (after: number): number => 2 / (1 / before + 1 / after);
    // Half as long again, in which readings in full still wait until the quick ones have been paid for.
    const end = started + firstMilliseconds;
    const first = times.filter((time) => time > started && time <= end).length / (firstMilliseconds / 1000);
    const aloneFirst = between(speed(end, end + firstMilliseconds / 2));
    return { ...picture, aloneFirst, first, alone: between(speed(done, Infinity)), meanwhile: (stepsAfter - stepsBefore) / all };
  };
  const beside = await readBeside(0);
  const next = await readBeside(visibleSteps);
  let later = next;
  for (let picture = 2; picture < 5; picture++) later = await readBeside(picture * visibleSteps, false);
  await client.request('run.cancel', { run });
  await ended;
  const idle = await read(5 * visibleSteps);
  await client.request('run.close', { run });
  client.close();
  return { beside, next, later, idle, layers };
}
