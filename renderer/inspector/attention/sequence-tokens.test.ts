import { expect, it } from 'vitest';
import { encodeSteps } from '../../../main/contract/frame';
import { laneSettingsSchema } from '../../../main/contract/lanes';
import { RunModel } from '../../state/run-model';
import { sampleEvents, sampleLayout } from '../../testing/sample-run';
import { sampleSteps } from '../../testing/sample-steps';
import { laneEntries } from '../shared/lane-entries';
import { positionsRead, promptLength, tokenAt } from './sequence-tokens';

const token = (id: number, text: string) => ({ id, text, start: 0, end: text.length, special: false });

it('takes the prompt and the words of a lane from the model it is on', () => {
  const [started] = sampleEvents('two');
  if (started?.type !== 'started') throw new Error('A run begins');
  const { info } = started;
  const letters = ['a', 'b', 'c'];
  const check = { ...info.check, tokens: [token(2, 'c'), token(0, 'a')] };
  const model = new RunModel({
    ...started,
    info: {
      ...info,
      request: {
        ...info.request,
        lanes: [{ kind: 'cot' }, { kind: 'cot', model: 'second' }].map((lane) => laneSettingsSchema.parse(lane)),
      },
      others: [{ ...info, check, vocabulary: letters, model: { ...info.model, id: 'second' } }],
    },
  });
  const written = ['b', 'b', 'c'].map((text) => ({ token: text, heads: { [text]: 0.9 } }));
  model.apply({ type: 'steps', run: 'two', packed: encodeSteps(sampleSteps(1, 0, written, letters), () => sampleLayout) });
  const [own, other] = laneEntries([model.view()]);
  if (own === undefined || other === undefined) throw new Error('Two lanes');
  expect(promptLength(own)).toBe(info.check.tokens.length);
  expect(promptLength(other)).toBe(2);
  expect(positionsRead(other)).toBe(4);
  expect([0, 1, 2, 3].map((position) => tokenAt(other, position))).toEqual([
    { text: 'c', kind: 'prompt', step: null },
    { text: 'a', kind: 'prompt', step: null },
    { text: 'b', kind: 'token', step: 0 },
    { text: 'b', kind: 'token', step: 1 },
  ]);
});
