import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listModels } from './list-models';
import { openModelPackage, resolveMarkers } from './model-package';
import { readPresets } from './presets';
import { ModelTokenizer } from './tokenizer';
import { readWeights } from './weights';

const fixture = join(import.meta.dirname, 'architectures/fixtures/llama-grouped');
const markers = { think: 'T', thought: 'U', answer: 'A', end: 'E' };
const manifest = { schema: 1, id: 'small', name: 'Small', task: 'kin', license: 'MIT', names: ['ada'], markers, lanes: ['direct', 'cot'] };
const table = z.record(z.string(), z.unknown());

let models = '';
let folder = '';

/** Writes `interlinear.json` with the true hashes of the files as they are now. */
async function writeManifest(change: Record<string, unknown> = {}): Promise<void> {
  const sha256: Record<string, string> = {};
  for (const name of ['config.json', 'model.safetensors']) {
    sha256[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  }
  await writeFile(join(folder, 'interlinear.json'), JSON.stringify({ ...manifest, sha256, ...change }));
}

async function changeConfig(change: Record<string, unknown>): Promise<void> {
  const config = table.parse(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, ...change }));
  await writeManifest();
}

/** As `loadModel` does, without a session. */
async function load(): Promise<void> {
  const opened = await openModelPackage(folder);
  readWeights(await opened.file('model.safetensors'), opened);
}

beforeEach(async () => {
  models = await mkdtemp(join(tmpdir(), 'interlinear-models-'));
  folder = join(models, 'small');
  await cp(fixture, folder, { recursive: true });
  await writeManifest();
});
afterEach(async () => {
  await rm(models, { recursive: true });
});

it('summarises a model', async () => {
  const { summary } = await openModelPackage(folder);
  expect(summary).toMatchObject({
    id: 'small',
    task: 'kin',
    layers: 2,
    width: 32,
    heads: 4,
    vocabulary: 48,
    parameters: 18_592,
    lanes: ['direct', 'cot'],
  });
  // Keys and values, 2 layers, 2 heads of 12 floats.
  expect(summary.cacheBytesPerPosition).toBe(2 * 2 * 2 * 12 * 4);
  expect(summary.weightsHash).toMatch(/^[0-9a-f]{64}$/u);
  await load();
});

describe('weights that contradict the configuration', () => {
  it.each([
    [{ vocab_size: 49 }, 'Tensor “model.embed_tokens.weight”: the configuration asks for shape [49, 32], the weights hold [48, 32].'],
    [
      { intermediate_size: 41 },
      'Tensor “model.layers.0.mlp.gate_proj.weight”: the configuration asks for shape [41, 32], the weights hold [40, 32].',
    ],
    [
      { num_key_value_heads: 4 },
      'Tensor “model.layers.0.self_attn.k_proj.weight”: the configuration asks for shape [48, 32], the weights hold [24, 32].',
    ],
    [{ num_hidden_layers: 3 }, 'Tensor “model.layers.2.input_layernorm.weight” of shape [32] is missing from the weights.'],
    [
      { num_hidden_layers: 1 },
      'The weights hold a tensor “model.layers.1.input_layernorm.weight” of which the configuration says nothing.',
    ],
    [{ tie_word_embeddings: false }, 'Tensor “lm_head.weight” of shape [48, 32] is missing from the weights.'],
    [{ attention_bias: true }, 'Tensor “model.layers.0.self_attn.q_proj.bias” of shape [48] is missing from the weights.'],
    [{ model_type: 'qwen3' }, 'Tensor “model.layers.0.self_attn.q_norm.weight” of shape [12] is missing from the weights.'],
  ])('by %j are named', async (change, message) => {
    await changeConfig(change);
    await expect(load()).rejects.toMatchObject({ code: 'bad-model', message, hint: expect.stringMatching(/^config\.json and/u) as string });
  });
});

describe('a damaged model', () => {
  it('with other files than it was published with is refused', async () => {
    const bytes = await readFile(join(folder, 'model.safetensors'));
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(join(folder, 'model.safetensors'), bytes);
    await expect(load()).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('model.safetensors is not the one') as string,
    });
    await writeFile(join(folder, 'config.json'), `${await readFile(join(folder, 'config.json'), 'utf8')} `);
    await expect(load()).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('config.json is not the one') as string,
    });
  });

  it('with weights cut short is refused, even where the hash agrees', async () => {
    await truncate(join(folder, 'model.safetensors'), 40_000);
    await expect(load()).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('SHA-256') as string });
    await writeManifest();
    await expect(load()).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('truncated') as string });
    await writeFile(join(folder, 'model.safetensors'), '');
    await writeManifest();
    await expect(load()).rejects.toMatchObject({ code: 'bad-model' });
  });

  it.each(['config.json', 'model.safetensors'])('without %s is refused', async (name) => {
    await rm(join(folder, name));
    await expect(load()).rejects.toMatchObject({ code: 'bad-model', message: `The file ${name} is missing.` });
  });

  it('with a description that cannot be read is refused', async () => {
    await writeFile(join(folder, 'interlinear.json'), '{');
    await expect(load()).rejects.toMatchObject({ code: 'bad-model', message: 'The file interlinear.json is not JSON text.' });
    await writeManifest({ schema: 2 });
    await expect(load()).rejects.toMatchObject({ code: 'bad-model', hint: 'Update Interlinear.' });
    await writeManifest({ lanes: ['flying'] });
    await expect(load()).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('“lanes.0”') as string });
    await writeManifest({ sha256: {} });
    await expect(load()).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('“sha256”') as string });
  });
});

it('says which model is not there', async () => {
  await expect(openModelPackage(join(models, 'none'))).rejects.toMatchObject({ code: 'unknown-model' });
});

it('lists the models it can read, and none where there is no folder', async () => {
  await mkdir(join(models, 'broken'));
  await writeFile(join(models, 'broken', 'interlinear.json'), '{');
  await writeFile(join(models, 'notes.txt'), '');
  expect((await listModels(models)).map(({ id }) => id)).toEqual(['small']);
  expect(await listModels(join(models, 'none'))).toEqual([]);
});

it('finds markers by their texts', async () => {
  const { manifest: read } = await openModelPackage(folder);
  const tokenizer = (vocab: Record<string, number>): ModelTokenizer =>
    new ModelTokenizer(
      { model: { type: 'WordLevel', vocab, unk_token: 'T' }, normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null },
      8,
    );
  expect(resolveMarkers(read, tokenizer({ T: 3, U: 1, A: 0, E: 7 }))).toEqual({ think: [3], thought: [1], answer: [0], ends: [7] });
  expect(() => resolveMarkers(read, tokenizer({ T: 3, U: 1, E: 7 }))).toThrow('no token “A”');
});

it('reads presets, and says which member is wrong', async () => {
  const preset = {
    id: 'a',
    title: 'A',
    description: '',
    prompt: 'ada→bob ? bob or cy from ada',
    hops: 1,
    answer: 'bob',
    recommended: { thoughts: 1 },
  };
  const path = join(models, 'presets.json');
  await writeFile(path, JSON.stringify([preset]));
  expect(await readPresets(path)).toEqual([preset]);
  await writeFile(path, JSON.stringify([{ ...preset, recommended: { thoughts: 13 } }]));
  await expect(readPresets(path)).rejects.toMatchObject({
    code: 'bad-model',
    message: expect.stringContaining('“0.recommended.thoughts”') as string,
  });
  await expect(readPresets(join(models, 'none.json'))).rejects.toMatchObject({
    code: 'bad-model',
    message: 'The file presets.json is missing.',
  });
});
