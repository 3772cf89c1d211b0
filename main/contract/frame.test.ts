import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FrameLayout, decodeSteps, encodeSteps, stepLength, stepPlaces } from './frame';
import { bits, branchIndex, laneIndex, milliseconds, stepIndex } from './ids';
import { type Candidates, type StepRecord, stepKinds } from './steps';

const float = fc.float({ noDefaultInfinity: true }).map((value) => Math.fround(value));
const id = fc.integer({ min: 0, max: 2 ** 24 });

const candidatesUpTo = (count: number): fc.Arbitrary<Candidates> =>
  fc.array(fc.tuple(id, float), { maxLength: count }).map((pairs) => ({
    ids: pairs.map(([token]) => token),
    probabilities: pairs.map(([, probability]) => probability),
  }));

const layoutArbitrary: fc.Arbitrary<FrameLayout> = fc.record({
  streams: fc.integer({ min: 1, max: 5 }),
  candidates: fc.integer({ min: 1, max: 6 }),
  lens: fc.integer({ min: 1, max: 4 }),
  nearest: fc.integer({ min: 0, max: 4 }),
});

const stepArbitrary = (layout: FrameLayout): fc.Arbitrary<StepRecord> =>
  fc.record({
    lane: fc.nat(11).map(laneIndex),
    branch: fc.nat(63).map(branchIndex),
    index: fc.nat(100_000).map(stepIndex),
    kind: fc.constantFrom(...stepKinds),
    tokenId: fc.oneof(fc.constant(-1), id),
    targetId: id,
    forced: fc.boolean(),
    logProbability: float,
    surprisal: float.map(bits),
    entropy: float.map(bits),
    margin: float,
    cosineToPrevious: float,
    milliseconds: float.map(milliseconds),
    candidates: candidatesUpTo(layout.candidates),
    sampled: candidatesUpTo(layout.candidates),
    layers: fc.array(
      fc.record({ norm: float, probability: float, rank: float, entropy: float.map(bits), top: candidatesUpTo(layout.lens) }),
      {
        minLength: layout.streams,
        maxLength: layout.streams,
      },
    ),
    nearest: candidatesUpTo(layout.nearest),
  });

describe('frame', () => {
  it('gives back every step as it was, whatever the layout', () => {
    const runs = layoutArbitrary.chain((layout) => fc.tuple(fc.constant(layout), fc.array(stepArbitrary(layout), { maxLength: 4 })));
    fc.assert(
      fc.property(runs, ([layout, steps]) => {
        const packed = encodeSteps(steps, layout);
        expect(packed).toHaveLength(steps.length * stepLength(layout));
        expect(decodeSteps(layout, packed)).toEqual(steps);
      }),
    );
  });

  it('refuses an array that ends inside a step', () => {
    const layout = { streams: 3, candidates: 8, lens: 4, nearest: 4 };
    expect(() => decodeSteps(layout, new Float32Array(stepLength(layout) + 1))).toThrow(RangeError);
  });
});

describe('steps of lanes with different layouts', () => {
  const layouts = [
    { streams: 3, candidates: 2, lens: 1, nearest: 0 },
    { streams: 5, candidates: 8, lens: 4, nearest: 4 },
  ];
  const layoutOf = (lane: number): FrameLayout => layouts[lane] ?? { streams: 1, candidates: 1, lens: 1, nearest: 0 };

  it('are found one after the other, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 })), (lanes) => {
        const parts = lanes.map((lane) => Float32Array.from({ length: stepLength(layoutOf(lane)) }, (_, i) => (i === 0 ? lane : 7)));
        const packed = Float32Array.from(parts.flatMap((part) => [...part]));
        const places = stepPlaces(packed, layoutOf);
        expect(places.map((place) => packed[place])).toEqual(lanes);
        if (packed.length > 0) expect(() => stepPlaces(packed.subarray(0, -1), layoutOf)).toThrow(RangeError);
      }),
    );
  });
});
