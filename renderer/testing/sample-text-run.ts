import { encodeSteps } from '../../main/contract/frame';
import { laneSettingsSchema } from '../../main/contract/lanes';
import type { ModelSummary } from '../../main/contract/model';
import type { RunEvent } from '../../main/contract/protocol';
import { RunModel } from '../state/run-model';
import type { RunView } from '../state/run-view';
import { sampleEvents, sampleLayout } from './sample-run';
import { sampleSteps } from './sample-steps';

const texts = [
  ['The', ' inter', 'linear', ' gloss', ' stands', '.', '\n', 'Under', ' each', ' word', '.', '<|im_end|>'],
  ['The', ' inter', 'linear', ' text', ',', ' word', '<|im_end|>'],
] as const;

/** Pieces of words, a line end and a control token. */
const sampleTextVocabulary: readonly string[] = [...new Set(texts.flat())];

export const sampleTextModel: ModelSummary = {
  id: 'small-talk',
  name: 'Small Talk 135M',
  task: 'text',
  weightsHash: '00',
  license: 'Apache-2.0',
  layers: 30,
  width: 576,
  heads: 9,
  vocabulary: sampleTextVocabulary.length,
  parameters: 134_515_008,
  cacheBytesPerPosition: 46_080,
  lanes: ['direct', 'cot', 'best-of-n'],
  architecture: 'llama',
  dtype: 'int4',
  maximumPositions: 8192,
  chat: true,
  bytes: 98_000_000,
};

/** A finished run of a model that reads sub-words: one lane with the two texts as its branches. No answer is known. */
export function sampleTextRun(id = 'text'): RunView {
  const [started, , , ...rest] = sampleEvents(id);
  const finished = rest.at(-1);
  if (started?.type !== 'started' || finished?.type !== 'finished') throw new Error('A run begins and ends');
  const settings = laneSettingsSchema.parse({ kind: 'best-of-n', n: texts.length });
  const { info } = started;
  const model = new RunModel({
    ...started,
    info: {
      ...info,
      model: sampleTextModel,
      vocabulary: [...sampleTextVocabulary],
      request: { ...info.request, model: sampleTextModel.id, prompt: 'What is a gloss?', lanes: [settings] },
    },
  });
  const events = texts.flatMap((tokens, branch): Exclude<RunEvent, { type: 'started' }>[] => {
    const steps = sampleSteps(
      0,
      branch,
      tokens.map((token, place) => ({ token, heads: place === 3 ? { ' gloss': 0.4, ' text': 0.5 } : { [token]: 0.9 } })),
      sampleTextVocabulary,
    );
    return [
      { type: 'steps', run: id, packed: encodeSteps(steps, sampleLayout) },
      {
        type: 'branch',
        run: id,
        record: {
          lane: 0,
          branch,
          parent: null,
          forkStep: 0,
          steps: tokens.length,
          state: 'done',
          text: tokens.join(''),
          answer: null,
          verdict: 'none',
          scores: { meanLogProbability: -0.2, selfCertainty: 2, votes: null },
        },
      },
    ];
  });
  for (const event of events) model.apply(event);
  model.apply(finished);
  return model.view();
}
