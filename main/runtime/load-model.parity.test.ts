import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { promptCheckSchema } from '../contract/model';
import type { LoadedModel } from './decoder';
import { loadModel } from './load-model';

const kin = join(import.meta.dirname, '../../resources/models/kin');
let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel(kin, { device: 'cpu', threads: 1 });
});
afterAll(async () => {
  await model.decoder.dispose();
});

it('loads the embedded model with all its files verified', () => {
  expect(model.summary).toMatchObject({ id: 'kin', task: 'kin', layers: 2, width: 128, vocabulary: 585 });
  expect(model.tokenizer.text(model.markers.answer)).toBe('⟨answer⟩');
  expect(model).toMatchObject({ dtype: 'f32', threads: 1, engine: 'onnxruntime 1.24.3' });
});

it('checks a prompt, with its tokens and their places', () => {
  const check = promptCheckSchema.parse(model.checkPrompt('ada->bob sue→tom ? tom or bob from ada'));
  expect(check).toMatchObject({ expected: 'bob', hops: 1, problems: [] });
  expect(check.tokens.map(({ id }) => id)).toEqual(model.tokenizer.encode('ada->bob sue→tom ? tom or bob from ada'));
});

it('stops a prompt longer than the model was made for', () => {
  const check = model.checkPrompt(`${'ada→bob '.repeat(4090)}? bob or cy from ada`);
  expect(check.problems).toContainEqual(
    expect.objectContaining({ severity: 'error', message: 'The prompt has 4097 tokens, the model reads fewer than 4096' }),
  );
});

it('runs on no device that has not been compared', async () => {
  await expect(loadModel(kin, { device: 'webgpu' })).rejects.toMatchObject({ code: 'unsupported' });
});
