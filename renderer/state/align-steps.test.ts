import { describe, expect, it } from 'vitest';
import { sampleRun } from '../testing/sample-run';
import { alignedStep, type LaneOfRun } from './align-steps';
import { stepUnderCursor } from './cursor-store';
import { firstDivergence } from './first-divergence';

const run = sampleRun();
function lane(index: number): LaneOfRun {
  const view = run.lanes[index];
  if (view === undefined) throw new Error(`No lane ${index}`);
  return { run, lane: view };
}
// direct: answer sue end · cot: think dee fay answer sue end · thoughts: thought ◆bob ◆cy ◆tom answer tom end
const [direct, cot, thoughts] = [lane(0), lane(1), lane(3)];

describe('alignedStep', () => {
  it('by step: the same number, or none past the end', () => {
    expect(alignedStep('step', cot, 2, direct)).toBe(2);
    expect(alignedStep('step', cot, 3, direct)).toBeNull();
  });

  it('by share: ends meet ends', () => {
    expect(alignedStep('share', direct, 0, thoughts)).toBe(0);
    expect(alignedStep('share', direct, 1, thoughts)).toBe(3);
    expect(alignedStep('share', direct, 2, thoughts)).toBe(6);
  });

  it('by text: the same word, wherever it stands', () => {
    expect(alignedStep('text', direct, 1, cot)).toBe(4);
    expect(alignedStep('text', direct, 0, thoughts)).toBe(4);
  });

  it('by text: a thought stands where the lens reads the word', () => {
    const bestOfN = lane(2);
    // "bob" of the first branch beside the thought that reads "bob".
    expect(alignedStep('text', bestOfN, 1, thoughts)).toBe(1);
  });

  it('by text: none where the other lane never says it', () => {
    expect(alignedStep('text', cot, 2, thoughts)).toBeNull();
  });
});

describe('stepUnderCursor', () => {
  it('is the cursor itself in its own lane and nothing without a cursor', () => {
    const place = { run: run.id, lane: 1, step: 2, pinned: true };
    expect(stepUnderCursor([run], place, 'share')(run, cot.lane)).toBe(2);
    expect(stepUnderCursor([run], null, 'step')(run, cot.lane)).toBeNull();
  });

  it('reaches lanes of other runs', () => {
    const other = sampleRun('other');
    const [, otherCot] = other.lanes;
    if (otherCot === undefined) throw new Error('No lane');
    expect(stepUnderCursor([run, other], { run: run.id, lane: 0, step: 1, pinned: false }, 'text')(other, otherCot)).toBe(4);
  });
});

describe('firstDivergence', () => {
  it('skips the markers that lanes differ in by design', () => {
    // dee against the thought that reads bob
    expect(firstDivergence(cot, thoughts)).toBe(1);
  });

  it('finds nothing between equal lanes', () => {
    const same = sampleRun('other').lanes[1];
    if (same === undefined) throw new Error('No lane');
    expect(firstDivergence(cot, { run: sampleRun('other'), lane: same })).toBeNull();
  });
});
