import { describe, expect, it } from 'vitest';
import { encodeSteps } from '../../main/contract/frame';
import { laneSettingsSchema } from '../../main/contract/lanes';
import { sampleEvents, sampleLayout } from '../testing/sample-run';
import { sampleSteps } from '../testing/sample-steps';
import { alignedStep, type LaneOfRun } from './align-steps';
import { firstDivergence } from './first-divergence';
import { RunModel } from './run-model';

const words = [' The', ' gloss', ' stands', '</s>'];
const pieces = ['The', ' gl', 'oss', ' st', 'and', 's', '</s>'];
const otherEnd = ['The', ' gl', 'oss', ' f', 'alls'];

/** A run of two lanes on models that cut the same text differently, the second with one layer more. */
function run(second: readonly string[]): LaneOfRun[] {
  const [started] = sampleEvents('two');
  if (started?.type !== 'started') throw new Error('A run begins');
  const { info } = started;
  const vocabulary = [...new Set(second)];
  const layout = { ...sampleLayout, streams: sampleLayout.streams + 1 };
  const model = new RunModel({
    ...started,
    info: {
      ...info,
      vocabulary: words,
      model: { ...info.model, tokenizerHash: 'a' },
      request: {
        ...info.request,
        lanes: [{ kind: 'cot' }, { kind: 'cot', model: 'second' }].map((lane) => laneSettingsSchema.parse(lane)),
      },
      others: [{ ...info, vocabulary, layout, model: { ...info.model, id: 'second', tokenizerHash: 'b' } }],
    },
  });
  const steps = (lane: number, tokens: readonly string[], known: readonly string[]) =>
    sampleSteps(
      lane,
      0,
      tokens.map((token) => ({ token, heads: { [token]: 0.9 } })),
      known,
    );
  const layoutOf = (lane: number) => (lane === 0 ? sampleLayout : layout);
  // The two models' ticks come in turn.
  const [first, other] = [steps(0, words, words), steps(1, second, vocabulary)];
  const mixed = [...first.slice(0, 2), ...other.slice(0, 3), ...first.slice(2), ...other.slice(3)];
  model.apply({ type: 'steps', run: 'two', packed: encodeSteps(mixed, layoutOf) });
  const view = model.view();
  return view.lanes.map((lane) => ({ run: view, lane }));
}

function pair(second: readonly string[]): [LaneOfRun, LaneOfRun] {
  const [one, two] = run(second);
  if (one === undefined || two === undefined) throw new Error('Two lanes');
  return [one, two];
}

describe('lanes whose models cut text differently', () => {
  it('hold the steps of their own model, in its own layout', () => {
    const [one, two] = pair(pieces);
    expect([one, two].map(({ lane }) => lane.branches[0]?.steps.length)).toEqual([4, 7]);
    expect([one, two].map(({ lane }) => lane.branches[0]?.steps.at(2)?.layers.length)).toEqual([
      sampleLayout.streams,
      sampleLayout.streams + 1,
    ]);
    expect(two.lane.modelInfo.model.id).toBe('second');
  });

  it('are aligned by the place in their text, by step and by text alike', () => {
    const [one, two] = pair(pieces);
    for (const alignment of ['step', 'text'] as const) {
      expect([0, 1, 2, 3].map((step) => alignedStep(alignment, one, step, two))).toEqual([0, 1, 3, 6]);
      expect([0, 1, 2, 3, 4, 5, 6].map((step) => alignedStep(alignment, two, step, one))).toEqual([0, 1, 1, 2, 2, 2, 3]);
    }
  });

  it('diverge where their texts do, not where their tokens do', () => {
    const [one, two] = pair(pieces);
    expect(firstDivergence(one, two)).toBeNull();
    const [here, falls] = pair(otherEnd);
    expect(firstDivergence(here, falls)).toBe(2);
    expect(firstDivergence(falls, here)).toBe(3);
  });
});
