import { expect, it } from 'vitest';
import { laneSettingsSchema } from '../contract/lanes';
import { createLane } from '../lanes/registry';
import { NearestTokens } from '../measures/nearest-tokens';
import { BranchRun } from './branch-run';
import { LensCheck } from './lens-check';
import { PassReader } from './pass-reader';
import { fakeModel, fakePrompt } from './testing/fake-model';

it('keeps the logits its last step was taken from, which are only lent', async () => {
  const model = fakeModel();
  const layout = { streams: 3, candidates: 4, lens: 4, nearest: 4 };
  const rule = createLane(laneSettingsSchema.parse({ kind: 'direct' }), { markers: model.markers, candidates: 4 });
  const nearest = new NearestTokens(() => model.decoder.embeddings, model.decoder.width, 4);
  const branch = new BranchRun(0, 0, rule, () => 0.5, { model, nearest, expected: null, prefix: [], maximumSteps: Infinity });
  const { last } = await model.decoder.prefill(model.tokenizer.encode(fakePrompt));
  const [reading] = await new PassReader(model.decoder, layout, new LensCheck()).read([{ output: last, tokenId: null }], 0);
  if (!reading) throw new Error('No reading');
  const logits = last.logits.slice();
  branch.take(reading);
  last.logits.fill(NaN);
  expect(branch.lastLogits).toEqual(logits);
});
