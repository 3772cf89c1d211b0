import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { promptCheckSchema } from '../contract/model';
import { openSafetensors } from '../models/safetensors';
import type { LoadedModel } from './decoder';
import { loadModel } from './load-model';
import { singleMarkers } from './testing/single-markers';

const kin = join(import.meta.dirname, '../../resources/models/kin');
let model: LoadedModel;
beforeAll(async () => {
  model = await loadModel(kin, { device: 'cpu', threads: 1 });
});
afterAll(async () => {
  await model.decoder.dispose();
});

/** Calls back with every prompt of the fixtures, its place among them and a reader of its tensors. */
async function eachPrompt(visit: (prompt: string, tensor: (name: string) => Promise<Uint8Array>) => Promise<void>): Promise<number> {
  const prompts = z.array(z.object({ prompt: z.string() })).parse(JSON.parse(await readFile(join(kin, 'fixtures/prompts.json'), 'utf8')));
  const reference = await openSafetensors(join(kin, 'fixtures/parity.safetensors'));
  for (const [i, { prompt }] of prompts.entries()) await visit(prompt, async (name) => reference.bytes(`${i}.${name}`));
  await reference.close();
  return prompts.length;
}

const integersOf = (bytes: Uint8Array): number[] => [...new Int32Array(bytes.buffer)];

it('reads prompts into the token ids PyTorch was given', async () => {
  const count = await eachPrompt(async (prompt, tensor) => {
    expect([...model.tokenizer.encode(prompt), ...model.markers.thought]).toEqual(integersOf(await tensor('ids')));
  });
  expect(count).toBeGreaterThanOrEqual(32);
});

it('writes the greedy chains PyTorch writes', async () => {
  const { decoder, markers, tokenizer } = model;
  await eachPrompt(async (prompt, tensor) => {
    const expected = integersOf(await tensor('greedy_chain'));
    const { cache } = await decoder.prefill(tokenizer.encode(prompt));
    const row = decoder.newRow();
    const chain: number[] = [];
    let token = singleMarkers(markers).think;
    while (chain.length < expected.length) {
      const [output] = await decoder.step(cache, [{ cache: row, embedding: decoder.embedding(token) }]);
      token = output?.logits.reduce((best, logit, id) => (logit > (output.logits[best] ?? -Infinity) ? id : best), 0) ?? -1;
      chain.push(token);
    }
    row.dispose();
    cache.dispose();
    expect(chain).toEqual(expected);
  });
});

it('loads the embedded model with all its files verified', () => {
  expect(model.summary).toMatchObject({ id: 'kin', task: 'kin', layers: 2, width: 128, vocabulary: 585 });
  expect(model.tokenizer.text(singleMarkers(model.markers).answer)).toBe('⟨answer⟩');
  expect(model).toMatchObject({ dtype: 'f32', threads: 1, decoder: { engine: 'onnxruntime 1.24.3', inputBits: 32 } });
});

it('checks a prompt, with its tokens and their places', () => {
  const check = promptCheckSchema.parse(model.checkPrompt('ada->bob sue→tom ? tom or bob from ada'));
  expect(check).toMatchObject({ expected: 'bob', hops: 1, problems: [] });
  expect(check.tokens.map(({ id }) => id)).toEqual(model.tokenizer.encode('ada->bob sue→tom ? tom or bob from ada'));
});

it('stops a prompt longer than the model was made for', () => {
  const check = model.checkPrompt(`${'ada→bob '.repeat(4090)}? bob or cy from ada`);
  expect(check.problems).toContainEqual(
    expect.objectContaining({ severity: 'error', message: 'The prompt has 4\u202f097 tokens, the model reads fewer than 4\u202f096.' }),
  );
});

it('says of a device the runtime does not bring that it did not start', async () => {
  const device = process.platform === 'win32' ? 'coreml' : 'dml';
  const message = expect.stringMatching(/^(DirectML|Core ML) did not start: .*backend not found\.$/u) as string;
  await expect(loadModel(kin, { device })).rejects.toMatchObject({ code: 'unsupported', message });
});
