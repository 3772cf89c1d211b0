import { afterAll, describe, expect, it } from 'vitest';
import { runRequestSchema } from '../contract/run';
import { topIndices } from '../measures/vocabulary-walk';
import cases from '../models/fixtures/smollm2-greedy.json';
import perplexity from '../models/fixtures/perplexity.json';
import llama from '../models/fixtures/perplexity-llama.json';
import type { LoadedModel } from '../runtime/decoder';
import { defaultLayout, executeRun } from '../runtime/execute-run';
import { loadModel } from '../runtime/load-model';
import { CollectingSink } from '../runtime/testing/collecting-sink';
import { meanSurprisal } from '../runtime/testing/mean-surprisal';
import { published } from './testing/published-model';

const loaded = new Map<string, Promise<LoadedModel>>();

async function load(kind: 'f32' | 'int4'): Promise<LoadedModel> {
  if (!published.reachable) throw new Error(published.reason);
  const loading = loaded.get(kind) ?? loadModel(published[kind], { device: 'cpu' });
  loaded.set(kind, loading);
  return loading;
}

afterAll(async () => {
  for (const model of loaded.values()) await (await model).decoder.dispose();
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
  cache.dispose();
  return chain;
}

/** Mean surprisal of the reference's continuations, in nats a token. */
async function surprisalOfContinuations({ decoder }: LoadedModel): Promise<number> {
  let sum = 0;
  let count = 0;
  for (const { ids, continuation } of cases) {
    sum += continuation.length * (await meanSurprisal(decoder, [...ids, ...continuation], ids.length));
    count += continuation.length;
  }
  return sum / count;
}

describe.skipIf(!published.reachable)('SmolLM2-135M-Instruct from the catalogue', () => {
  it('in 32-bit floats reads and writes what transformers does', async () => {
    const model = await load('f32');
    expect(model.dtype).toBe('f32');
    for (const { prompt, chat, ids, continuation } of cases) {
      expect(model.read(prompt, chat ? { system: '' } : null)).toEqual(ids);
      expect({ prompt, continuation: await greedy(model, ids, 64) }).toEqual({ prompt, continuation });
    }
  });

  it('with its 4-bit weights kept as they are, is as little surprised by those texts as in 32 bits', async () => {
    const model = await load('int4');
    expect(model.dtype).toBe('int4');
    const reference = await surprisalOfContinuations(await load('f32'));
    // The weights are the same numbers; only inputs are rounded to 8 bits.
    expect(Math.abs((await surprisalOfContinuations(model)) - reference)).toBeLessThan(0.02);
  });

  it('foresees a text of 2 000 tokens as well as llama.cpp with the same file: perplexity within 2 %', async () => {
    expect([perplexity.ids.length, llama.tokens]).toEqual([2000, 2000]);
    const found = await meanSurprisal((await load('int4')).decoder, perplexity.ids);
    // Measured: 19.887 against 19.873.
    expect(Math.abs(Math.exp(found - llama.meanSurprisal) - 1)).toBeLessThan(0.02);
  });

  it('foresees it in 32-bit floats as transformers does', async () => {
    const found = await meanSurprisal((await load('f32')).decoder, perplexity.ids);
    expect(Math.abs(Math.exp(found - perplexity.meanSurprisal) - 1)).toBeLessThan(1e-4);
  });

  it('as it is published runs every lane, with the checks of the run passed', async () => {
    const model = await load('int4');
    const request = runRequestSchema.parse({
      model: model.summary.id,
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
    expect(outcome.parity.map(({ passed }) => passed)).toEqual([true, true, true]);
  });
});
