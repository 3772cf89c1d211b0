import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runRequestSchema } from '../contract/run';
import { topIndices } from '../measures/candidates';
import { logProbability, readDistribution, surprisal } from '../measures/distribution';
import cases from '../models/fixtures/smollm2-greedy.json';
import type { LoadedModel } from '../runtime/decoder';
import { defaultLayout, executeRun } from '../runtime/execute-run';
import { loadModel } from '../runtime/load-model';
import { CollectingSink } from '../runtime/testing/collecting-sink';
import { createLibrary, type Library } from './create-library';

const id = 'smollm2-135m-instruct';
const resources = join(import.meta.dirname, '../../resources');

let folder = '';
/** Why the model cannot be had here, or null. */
let unreachable: string | null = null;
const libraries: Library[] = [];
const models: LoadedModel[] = [];

async function add(quantize: 'f32' | 'auto'): Promise<LoadedModel | null> {
  const library = createLibrary({ folder: join(folder, quantize), resources, reserved: new Set(), environment: process.env });
  libraries.push(library);
  const job = await library.jobs.finished(library.jobs.add({ source: { kind: 'catalogue', id }, quantize }));
  if (job.error?.code === 'unreachable') {
    unreachable = job.error.message;
    return null;
  }
  expect(job).toMatchObject({ state: 'done', error: null });
  const model = await loadModel(library.models.path(job.model ?? ''), { device: 'cpu' });
  models.push(model);
  return model;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-smollm2-'));
});
afterAll(async () => {
  for (const model of models) await model.decoder.dispose();
  for (const library of libraries) await library.jobs.dispose();
  await rm(folder, { recursive: true });
});

async function greedy({ decoder, markers }: LoadedModel, ids: readonly number[], limit: number): Promise<number[]> {
  const { cache, last } = await decoder.prefill(ids);
  const row = decoder.newRow();
  const chain: number[] = [];
  let { logits } = last;
  while (chain.length < limit) {
    const token = topIndices(logits, 1)[0] ?? -1;
    chain.push(token);
    if (markers.ends[0] === token) break;
    const [output] = await decoder.step(cache, [{ cache: row, embedding: decoder.embedding(token) }]);
    if (!output) throw new Error('The pass gave nothing');
    ({ logits } = output);
  }
  row.dispose();
  return chain;
}

/** Mean surprisal of the reference's continuations, in bits a token. */
async function surprisalOfReference({ decoder }: LoadedModel): Promise<number> {
  let sum = 0;
  let count = 0;
  for (const { ids, continuation } of cases) {
    const embeddings = [...ids, ...continuation].map((token) => decoder.embedding(token));
    const sequence = new Float32Array(embeddings.length * decoder.width);
    embeddings.forEach((embedding, i) => sequence.set(embedding, i * decoder.width));
    const { logits } = await decoder.full(sequence, { from: ids.length - 1 });
    continuation.forEach((token, i) => {
      const distribution = readDistribution(logits.subarray(i * decoder.vocabulary, (i + 1) * decoder.vocabulary));
      sum += surprisal(logProbability(distribution, token));
      count++;
    });
  }
  return sum / count;
}

describe('SmolLM2-135M-Instruct from the catalogue', () => {
  it('in 32-bit floats reads and writes what transformers does', async (context) => {
    const model = await add('f32');
    if (!model) return context.skip(`The model cannot be had here: ${unreachable}`);
    expect(model.dtype).toBe('f32');
    for (const { prompt, chat, ids, continuation } of cases) {
      expect(model.read(prompt, chat ? { system: '' } : null)).toEqual(ids);
      expect({ prompt, continuation: await greedy(model, ids, 64) }).toEqual({ prompt, continuation });
    }
  });

  it('with its 4-bit weights kept as they are, is as little surprised by those texts as in 32 bits', async (context) => {
    const [exact] = models;
    const model = await add('auto');
    if (!exact || !model) return context.skip(`The model cannot be had here: ${unreachable}`);
    expect(model.dtype).toBe('int4');
    const reference = await surprisalOfReference(exact);
    const found = await surprisalOfReference(model);
    // The weights are the same numbers; only inputs are rounded to 8 bits.
    expect(Math.abs(found - reference)).toBeLessThan(0.03);
  });

  it('as it is published runs every lane, with the checks of the run passed', async (context) => {
    const model = models[1];
    if (!model) return context.skip(`The model cannot be had here: ${unreachable}`);
    const request = runRequestSchema.parse({
      model: id,
      prompt: 'What is the capital of France?',
      chat: { system: '' },
      lanes: [
        { kind: 'direct' },
        { kind: 'cot', temperature: 0.7, maximumSteps: 24 },
        { kind: 'best-of-n', n: 4, maximumSteps: 16 },
        { kind: 'coconut', thoughts: 2, maximumSteps: 16 },
      ],
    });
    const sink = new CollectingSink();
    const outcome = await executeRun({
      models: [{ model, check: model.checkPrompt(request.prompt, request.chat), layout: defaultLayout(model) }],
      request,
      sink,
      signal: new AbortController().signal,
    });
    expect(outcome).toMatchObject({ status: 'done', error: null });
    expect(outcome.parity.map(({ passed }) => passed)).toEqual([true, true]);
  });
});
