import { expect, it } from 'vitest';
import { laneSettingsSchema } from '../contract/lanes';
import { createLane } from '../lanes/registry';
import { NearestTokens } from '../measures/nearest-tokens';
import { BranchRun } from './branch-run';
import { LensCheck } from './lens-check';
import { PassReader } from './pass-reader';
import { fakeModel, fakePrompt } from './testing/fake-model';

it('keeps the logits its very last step was taken from, which are only lent', async () => {
  const model = fakeModel();
  const layout = { streams: 3, candidates: 4, lens: 4, nearest: 4 };
  const rule = createLane(laneSettingsSchema.parse({ kind: 'direct' }), { markers: model.markers, candidates: 4 });
  const nearest = new NearestTokens(() => model.decoder.embeddings, model.decoder.width, 4);
  const branch = new BranchRun(0, 0, rule, () => 0.5, { model, nearest, expected: null, prefix: [], maximumSteps: 2 });
  const { last } = await model.decoder.prefill(model.tokenizer.encode(fakePrompt));
  const pass = { output: last, tokenId: null, walk: { kept: 8, drawing: null } };
  const [reading] = await new PassReader(model.decoder, layout, new LensCheck()).read([pass], 0);
  if (!reading) throw new Error('No reading');
  const logits = last.logits.slice();
  branch.take(reading);
  expect(branch.lastLogits).toBeNull();
  branch.take(reading);
  expect(branch.state).toBe('cut');
  last.logits.fill(NaN);
  expect(branch.lastLogits).toEqual(logits);
});
