import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunRequestInput, runRequestSchema } from '../contract/run';
import { topIndices } from '../measures/vocabulary-walk';
import type { LoadedModel } from './decoder';
import { defaultLayout, executeRun } from './execute-run';
import { loadModel } from './load-model';
import { CollectingSink } from './testing/collecting-sink';
import { singleMarkers } from './testing/single-markers';

const folder = join(import.meta.dirname, '../../resources/models/kin');

describe('a run of the embedded model', () => {
  let model: LoadedModel;
  let prompts: string[] = [];

  beforeAll(async () => {
    model = await loadModel(folder, { device: 'cpu' });
    prompts = promptsOf(JSON.parse(await readFile(join(folder, 'fixtures/prompts.json'), 'utf8')));
  });
  afterAll(() => model.decoder.dispose());

  async function run(prompt: string, request: Omit<RunRequestInput, 'prompt'>): Promise<CollectingSink> {
    const sink = new CollectingSink();
    const outcome = await executeRun({
      models: [{ model, check: model.checkPrompt(prompt), layout: defaultLayout(model) }],
      request: runRequestSchema.parse({ ...request, prompt }),
      sink,
      signal: new AbortController().signal,
    });
    expect(outcome.status).toBe('done');
    expect(outcome.parity.filter(({ passed }) => !passed)).toEqual([]);
    return sink;
  }

  /** Tokens (thoughts as -1) by reading the whole sequence for each step, with no cache, batch, scheduler or lane. */
  async function uncached(prompt: string, marker: number, thoughts: number, steps: number): Promise<number[]> {
    const { decoder } = model;
    const markers = singleMarkers(model.markers);
    const inputs = [...model.tokenizer.encode(prompt), marker].map((token) => decoder.embedding(token));
    const emitted = [marker];
    while (emitted.length < steps) {
      const full = await decoder.full(Float32Array.from(inputs.flatMap((input) => [...input])));
      const thinks = marker === markers.thought && emitted.length <= thoughts;
      const leaves = marker === markers.thought && emitted.length === thoughts + 1;
      const token = leaves ? markers.answer : (topIndices(full.logits.slice(-decoder.vocabulary), 1)[0] ?? -1);
      inputs.push(thinks ? full.hidden.slice(-decoder.width) : decoder.embedding(token));
      emitted.push(thinks ? -1 : token);
    }
    return emitted;
  }

  it('emits what uncached readings give, in one batch with sixteen sampled chains', async () => {
    expect(prompts.length).toBeGreaterThanOrEqual(6);
    for (const prompt of prompts.slice(0, 6)) {
      const lanes = [{ kind: 'direct' }, { kind: 'cot' }, { kind: 'best-of-n' }, { kind: 'coconut', thoughts: 4 }] as const;
      const sink = await run(prompt, { lanes: [...lanes] });
      const { answer, think, thought } = singleMarkers(model.markers);
      for (const [lane, marker, thoughts] of [
        [0, answer, 0],
        [1, think, 0],
        [3, thought, 4],
      ] as const) {
        const emitted = sink.taps(lane).map(({ record }) => record.tokenId);
        expect(emitted).toEqual(await uncached(prompt, marker, thoughts, emitted.length));
      }
    }
  });

  it('isolated is the same to the last bit; lockstep agrees in tokens, and in readings within 1e-4', async () => {
    const request = {
      lanes: [{ kind: 'cot', temperature: 1, samples: 3 }, { kind: 'coconut' }, { kind: 'best-of-n', n: 8 }],
    } satisfies Omit<RunRequestInput, 'prompt'>;
    const prompt = prompts.at(-1) ?? '';
    const first = (await run(prompt, { ...request, schedule: 'isolated' })).timeless();
    const again = (await run(prompt, { ...request, schedule: 'isolated' })).timeless();
    const together = (await run(prompt, { ...request, schedule: 'lockstep' })).timeless();
    expect(again).toEqual(first);
    expect(together.map(({ tokenId }) => tokenId)).toEqual(first.map(({ tokenId }) => tokenId));
    together.forEach((step, i) => expect(Math.abs(step.entropy - (first[i]?.entropy ?? NaN))).toBeLessThan(1e-4));
  });
});

function promptsOf(content: unknown): string[] {
  if (!Array.isArray(content)) throw new Error('Fixtures of the model are a list of prompts');
  return content.map((each: unknown) => {
    if (typeof each === 'string') return each;
    if (typeof each === 'object' && each !== null && 'prompt' in each && typeof each.prompt === 'string') return each.prompt;
    throw new Error('A fixture has a prompt');
  });
}
