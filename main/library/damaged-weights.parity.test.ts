import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Quantization } from '../contract/library';
import { type RunOutcome, runRequestSchema } from '../contract/run';
import { storedFiles, storedManifestSchema } from '../models/stored-package';
import { parseSafetensorsHeader } from '../models/safetensors-header';
import { defaultLayout, executeRun } from '../runtime/execute-run';
import { loadModel } from '../runtime/load-model';
import { CollectingSink } from '../runtime/testing/collecting-sink';
import { testDevice } from '../runtime/testing/test-device';
import { createLibrary, type Library } from './create-library';
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

/** Turns some bytes of a tensor over, and says so in the manifest only where `told`. */
async function damage(id: string, tensor: string, count: number, told: boolean): Promise<void> {
  const model = library.models.path(id);
  const path = join(model, storedFiles.weights);
  const bytes = await readFile(path);
  const place = parseSafetensorsHeader(bytes, bytes.length).tensors.get(tensor);
  if (!place) throw new Error(`No tensor ${tensor}`);
  for (let at = place.offset; at < place.offset + Math.min(count, place.byteLength); at++) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  await writeFile(path, bytes);
  if (!told) return;
  const manifestPath = join(model, storedFiles.manifest);
  const manifest = storedManifestSchema.parse(JSON.parse(await readFile(manifestPath, 'utf8')));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = { ...manifest.files, [storedFiles.weights]: { sha256, bytes: bytes.length } };
  await writeFile(manifestPath, JSON.stringify({ ...manifest, files }));
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
    await damage(id, 'layer.1.feed-forward.down', 4, false);
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
      await damage(id, tensor, count, true);
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
