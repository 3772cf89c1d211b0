import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ParityCheck, runRequestSchema } from '../contract/run';
import { checkDevice } from '../runtime/check-device';
import { defaultLayout, executeRun } from '../runtime/execute-run';
import { loadModel } from '../runtime/load-model';
import { CollectingSink } from '../runtime/testing/collecting-sink';
import { ModelLibrary } from './model-library';
import { type Damage, damageWeights } from './testing/damage-weights';
import { published } from './testing/published-model';

const id = 'smollm2-135m-instruct';
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-damaged-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A copy of the imported model with some damage; its path. */
async function damaged(kind: 'f32' | 'int4', damage: Damage): Promise<string> {
  if (!published.reachable) throw new Error(published.reason);
  const path = join(folder, id);
  await cp(published[kind], path, { recursive: true });
  await damageWeights(path, damage);
  return path;
}

/** What a check that rounds nothing finds. */
async function exactParityOf(path: string): Promise<readonly ParityCheck[]> {
  const model = await loadModel(path, { device: 'cpu', arithmetic: 'exact' });
  const checks = await checkDevice(model);
  await model.decoder.dispose();
  return checks;
}

async function parityOf(path: string): Promise<readonly ParityCheck[]> {
  const model = await loadModel(path, { device: 'cpu' });
  const request = runRequestSchema.parse({ model: id, prompt: 'Water boils at', lanes: [{ kind: 'direct', maximumSteps: 4 }] });
  const { parity } = await executeRun({
    models: [{ model, check: model.checkPrompt(request.prompt), layout: defaultLayout(model) }],
    request,
    sink: new CollectingSink(),
    signal: new AbortController().signal,
  });
  await model.decoder.dispose();
  return parity;
}

describe.skipIf(!published.reachable)('SmolLM2-135M-Instruct in 4 bits, where nothing is rounded to 8 bits', () => {
  it('equals its reference', async () => {
    // Measured: 0, 4.9e-6 and 4.4e-6; as it runs 0, 0.037 and 0.063.
    for (const check of await exactParityOf(await damaged('int4', { tensor: 'final.norm', count: 0, told: true })))
      expect(check).toMatchObject({ passed: true, tolerance: expect.closeTo(1e-4, 3) as number });
  });
});

describe.skipIf(!published.reachable)('SmolLM2-135M-Instruct, damaged after the import', () => {
  it('is not loaded where one block of one layer was turned over, and verification names the file', async () => {
    const path = await damaged('int4', { tensor: 'layer.10.feed-forward.down.int4', first: 4096, count: 16, told: false });
    await expect(new ModelLibrary(folder).verify(id)).resolves.toEqual({
      passed: false,
      problems: ['weights.safetensors has changed: its SHA-256 differs.'],
    });
    await expect(parityOf(path)).rejects.toMatchObject({ code: 'bad-model' });
  });

  // What no hash can tell, because the manifest was made of the damaged file.
  it.each([
    { kind: 'f32', tensor: 'layer.10.feed-forward.down', first: 4000, count: 4, layer: 11 },
    // One block of 32 integers: with inputs rounded to 8 bits it was hidden.
    { kind: 'int4', tensor: 'layer.10.feed-forward.down.int4', first: 4096, count: 16, layer: 11 },
    { kind: 'int4', tensor: 'layer.15.feed-forward.up.scales', first: 0, count: 4, layer: 16 },
    { kind: 'int4', tensor: 'layer.20.attention.query.int4', first: 0, count: 576 * 288, layer: 21 },
  ] as const)('turns the badge red: $count bytes of $tensor in $kind', async ({ kind, tensor, first, count, layer }) => {
    const parity = await parityOf(await damaged(kind, { tensor, first, count, told: true }));
    expect(parity.find(({ name }) => name === 'equalsReference')).toMatchObject({
      passed: false,
      compared: expect.stringContaining(`apart from layer ${layer} on`) as string,
    });
    expect(parity.filter(({ name }) => name !== 'equalsReference').every(({ passed }) => passed)).toBe(true);
  });
});
