import { describe, expect, it } from 'vitest';
import { decodeSteps, encodeReadings, encodeSteps, stepLength } from '../../main/contract/frame';
import { bits } from '../../main/contract/ids';
import { sampleLayout } from '../testing/sample-run';
import { sampleSteps } from '../testing/sample-steps';
import { PackedStepSeries } from './packed-step-series';

const steps = sampleSteps(
  1,
  0,
  Array.from({ length: 200 }, (_, index) =>
    index % 3 === 0 ? { kind: 'thought' as const, heads: { bob: 0.4, cy: 0.3 } } : { token: 'tom', heads: { tom: 0.5 + index / 1000 } },
  ),
);
const packed = encodeSteps(steps, sampleLayout);
const stride = stepLength(sampleLayout);
/** Streams below the last. */
const below = Array.from({ length: sampleLayout.streams - 1 }, (_, stream) => stream);
/** The same steps as a run on a large vocabulary sends them. */
const unread = steps.map((step) => ({
  ...step,
  layers: step.layers.map((layer, i) =>
    i === step.layers.length - 1
      ? layer
      : { norm: layer.norm, probability: NaN, rank: NaN, entropy: bits(NaN), top: { ids: [], probabilities: [] } },
  ),
}));
const unreadFrame = encodeSteps(unread, sampleLayout);

function filled(count: number): PackedStepSeries {
  const series = new PackedStepSeries(sampleLayout);
  for (let step = 0; step < count; step++) series.append(packed, step * stride);
  return series;
}

const fail = (): never => {
  throw new Error('There is no such layer');
};

describe('PackedStepSeries', () => {
  it('gives back every step as the frame held it, past several doublings', () => {
    const series = filled(200);
    expect(series.length).toBe(200);
    expect(Array.from({ length: 200 }, (_, step) => series.at(step))).toEqual(decodeSteps(sampleLayout, packed));
  });

  it('has no step outside its length', () => {
    const series = filled(2);
    expect([series.at(-1), series.at(2), series.at(0.5)]).toEqual([undefined, undefined, undefined]);
  });

  it.each(['entropy', 'surprisal', 'logProbability', 'margin', 'cosineToPrevious', 'milliseconds'] as const)(
    'reads the column %s without decoding',
    (name) => {
      const series = filled(10);
      const before = series.column(name).length;
      for (let step = 10; step < 130; step++) series.append(packed, step * stride);
      expect(before).toBe(10);
      expect([...series.column(name)]).toEqual(steps.slice(0, 130).map((step) => Math.fround(step[name])));
    },
  );

  it('takes the norm of the last layer', () => {
    expect([...filled(5).column('norm')]).toEqual(steps.slice(0, 5).map((step) => Math.fround(step.layers.at(-1)?.norm ?? NaN)));
  });

  it('takes in lens readings that came after the step', () => {
    const series = new PackedStepSeries(sampleLayout);
    for (let step = 0; step < 5; step++) series.append(unreadFrame, step * stride);
    expect([0, 3].map((step) => series.lensOf(step, 0))).toEqual([null, null]);
    expect(series.lensOf(3, sampleLayout.streams - 1)).toBe('full');
    expect(series.at(3)?.layers[1]?.probability).toBeNaN();

    const readings = (stream: number) => steps.slice(3, 5).flatMap(({ layers }) => layers[stream] ?? []);
    series.takeLenses('full', 3, [1], encodeReadings(readings(1), sampleLayout.lens));
    expect([2, 3, 4].map((step) => below.map((stream) => series.lensOf(step, stream)))).toEqual([
      [null, null],
      [null, 'full'],
      [null, 'full'],
    ]);
    const [whole, half] = [filled(5).at(3)?.layers, series.at(3)?.layers];
    expect(half?.[1]).toEqual(whole?.[1]);
    expect(half?.[0]).toEqual({ ...unread[3]?.layers[0], norm: whole?.[0]?.norm });
    series.takeLenses('full', 3, [0], encodeReadings(readings(0), sampleLayout.lens));
    expect([3, 4].map((step) => series.at(step))).toEqual([3, 4].map((step) => filled(5).at(step)));
  });

  it('has a quick reading until there is one in full, whichever comes first', () => {
    const series = new PackedStepSeries(sampleLayout);
    for (let step = 0; step < 5; step++) series.append(unreadFrame, step * stride);
    const of = (probability: number) =>
      encodeReadings(
        below.map((stream) => ({ ...(steps[3]?.layers[stream] ?? fail()), probability })),
        sampleLayout.lens,
      );
    const read = () => [series.lensOf(3, 1), series.at(3)?.layers[1]?.probability];
    series.takeLenses('quick', 3, below, of(0.25));
    expect(read()).toEqual(['quick', 0.25]);
    series.takeLenses('full', 3, below, of(0.5));
    expect(read()).toEqual(['full', 0.5]);
    series.takeLenses('quick', 3, below, of(0.75));
    expect(read()).toEqual(['full', 0.5]);
  });

  it('gives back steps whose lower layers were not read as the frame held them, norms included', () => {
    const series = new PackedStepSeries(sampleLayout);
    for (let step = 0; step < unread.length; step++) series.append(unreadFrame, step * stride);
    expect(unread.map((_, step) => series.at(step))).toEqual(decodeSteps(sampleLayout, unreadFrame));
    expect(series.lensOf(7, 0)).toBeNull();
  });

  it('lets go of the oldest readings that came later when there are thousands, and of none that came with their step', () => {
    const whole = filled(200);
    const late = new PackedStepSeries(sampleLayout);
    const layers = steps[0]?.layers ?? [];
    const readings = encodeReadings(layers.slice(0, -1), sampleLayout.lens);
    for (let step = 0; step < 5000; step++) {
      late.append(unreadFrame, 0);
      late.takeLenses('full', step, below, readings);
      if (step >= 200) whole.append(packed, 0);
    }
    const kept = Array.from({ length: 5000 }, (_, step) => late.lensOf(step, 0)).filter(Boolean).length;
    expect(kept).toBeLessThanOrEqual(4096);
    expect(kept).toBeGreaterThan(4000);
    expect([0, 4999].map((step) => late.lensOf(step, 0))).toEqual([null, 'full']);
    expect([0, 4999].map((step) => whole.lensOf(step, 0))).toEqual(['full', 'full']);
    late.takeLenses('full', 0, below, readings);
    expect(late.at(0)?.layers).toEqual(filled(1).at(0)?.layers);
  });

  it('refuses a step that is cut short', () => {
    expect(() => {
      filled(0).append(packed.subarray(0, stride - 1), 0);
    }).toThrow(RangeError);
  });
});
