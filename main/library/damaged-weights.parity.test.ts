import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Quantization } from '../contract/library';
import { type RunOutcome, runRequestSchema } from '../contract/run';
import { storedFiles } from '../models/stored-package';
import { defaultLayout, executeRun } from '../runtime/execute-run';
import { loadModel } from '../runtime/load-model';
import { CollectingSink } from '../runtime/testing/collecting-sink';
import { testDevice } from '../runtime/testing/test-device';
import { createLibrary, type Library } from './create-library';
import { damageWeights } from './testing/damage-weights';
import { writeSmallFolder } from './testing/small-checkpoints';

let folder = '';
let library: Library;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-damaged-'));
  await writeSmallFolder(join(folder, 'source'));
  const resources = join(import.meta.dirname, '../../resources');
  library = createLibrary({ folder: join(folder, 'models'), resources, reserved: new Set(), environment: {} });
});
afterAll(async () => {
  await library.jobs.dispose();
  await rm(folder, { recursive: true });
});

/** Adds the small random model under a new name. */
async function add(quantize: Quantization, name: string): Promise<string> {
  const job = await library.jobs.finished(library.jobs.add({ source: { kind: 'path', path: join(folder, 'source') }, quantize, name }));
  expect(job).toMatchObject({ state: 'done', error: null });
  return job.model ?? '';
}

async function run(id: string): Promise<RunOutcome> {
  const model = await loadModel(library.models.path(id), { device: testDevice, threads: 1 });
  const request = runRequestSchema.parse({ model: id, prompt: 'abc', lanes: [{ kind: 'cot', maximumSteps: 6, ignoreEnd: true }] });
  try {
    return await executeRun({
      models: [{ model, check: model.checkPrompt(request.prompt), layout: defaultLayout(model) }],
      request,
      sink: new CollectingSink(),
      signal: new AbortController().signal,
    });
  } finally {
    await model.decoder.dispose();
  }
}

const passed = ({ parity }: RunOutcome): Record<string, boolean> => Object.fromEntries(parity.map((check) => [check.name, check.passed]));
const whole = { lastLayerLensEqualsLogits: true, cachedEqualsUncached: true, equalsReference: true };

describe.each(['f32', 'f16', 'int8', 'int4'] as const)('a model stored as %s', (quantize) => {
  it('passes as it was added', async () => {
    const outcome = await run(await add(quantize, `whole-${quantize}`));
    expect(outcome).toMatchObject({ status: 'done', error: null });
    expect(passed(outcome)).toEqual(whole);
  });
});

describe('weights damaged after the import', () => {
  it('do not load, and verification names the file', async () => {
    const id = await add('f32', 'damaged-file');
    await damageWeights(library.models.path(id), { tensor: 'layer.1.feed-forward.down', count: 4, told: false });
    await expect(library.models.verify(id)).resolves.toEqual({
      passed: false,
      problems: ['weights.safetensors has changed: its SHA-256 differs.'],
    });
    await expect(run(id)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('weights.safetensors') as string });
  });

  it.each([
    { quantize: 'f32', tensor: 'layer.0.feed-forward.down', count: 4, place: 'apart from layer 1 on' },
    { quantize: 'f32', tensor: 'layer.1.attention.value', count: 32, place: 'apart from layer 2 on' },
    { quantize: 'f32', tensor: 'final.norm', count: 128, place: 'apart from logits on' },
    { quantize: 'f32', tensor: 'embedding', count: 5120, place: 'apart from embeddings on' },
    { quantize: 'int8', tensor: 'layer.1.feed-forward.up.int8', count: 768, place: 'apart from layer 2 on' },
    { quantize: 'int4', tensor: 'layer.0.attention.value.int4', count: 256, place: 'apart from layer 1 on' },
  ] as const)(
    'turn the badge red where no hash can tell: $count bytes of $tensor in $quantize',
    async ({ quantize, tensor, count, place }) => {
      const id = await add(quantize, `damaged-${quantize}-${tensor}`);
      await damageWeights(library.models.path(id), { tensor, count, told: true });
      await expect(library.models.verify(id)).resolves.toMatchObject({ passed: true });
      const outcome = await run(id);
      // Every pass is wrong in the same way: held against each other they agree.
      expect(passed(outcome)).toEqual({ ...whole, equalsReference: false });
      expect(outcome.parity.find(({ name }) => name === 'equalsReference')?.compared).toContain(place);
    },
  );

  it('are told by the reference, which may not be changed either', async () => {
    const id = await add('f32', 'damaged-reference');
    const path = join(library.models.path(id), storedFiles.reference);
    const bytes = await readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(path, bytes);
    await expect(run(id)).rejects.toMatchObject({ code: 'bad-model', message: expect.stringContaining('reference.safetensors') as string });
  });
});
