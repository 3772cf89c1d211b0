import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ParityCheck, runRequestSchema } from '../contract/run';
import { damageWeights } from '../library/testing/damage-weights';
import { writeSmallFolder } from '../library/testing/small-checkpoints';
import { openPromptReader } from '../models/prompt-reader';
import { storedFiles, storedManifestSchema } from '../models/stored-package';
import { checkDevice } from '../runtime/check-device';
import type { Decoder, LoadedModel } from '../runtime/decoder';
import { openBundle } from '../traces/bundle-reader';
import { Engine } from './engine';
import { checkModel, withModel } from './check-model';
import { ModelShelf } from './model-shelf';

const resources = join(import.meta.dirname, '../../resources');

let folder = '';
let shelf: ModelShelf;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-check-'));
  await writeSmallFolder(join(folder, 'source'));
  shelf = new ModelShelf(resources, join(folder, 'models'));
});
afterAll(async () => {
  await shelf.dispose();
  await rm(folder, { recursive: true });
});

async function add(quantize: 'f32' | 'f16' | 'int8' | 'int4', name: string): Promise<string> {
  const { jobs } = shelf.store.library;
  const job = await jobs.finished(jobs.add({ source: { kind: 'path', path: join(folder, 'source') }, quantize, name }));
  expect(job).toMatchObject({ state: 'done', error: null });
  return job.model ?? '';
}

const failed = (checks: readonly ParityCheck[]): string[] => checks.flatMap(({ name, passed }) => (passed ? [] : [name]));

describe.each(['f32', 'f16', 'int8', 'int4'] as const)('a model stored as %s', (quantize) => {
  it('is compared when it is added, exactly where its runs are not exact, and can be verified', async () => {
    const id = await add(quantize, `added-${quantize}`);
    const exactly = quantize.startsWith('int')
      ? {
          passed: true,
          tolerance: expect.closeTo(1e-4, 3) as number,
          compared: expect.stringContaining('residual streams of all 2 layers') as string,
        }
      : null;
    const expected = { device: 'cpu', passed: true, exact: exactly, speed: { timesCpu: 1, tokensPerSecond: expect.any(Number) as number } };
    const text = await readFile(join(shelf.store.folder(id), storedFiles.manifest), 'utf8');
    const { parity } = storedManifestSchema.parse(JSON.parse(text));
    expect(parity).toMatchObject([expected]);
    // Measured: at most 2e-7; as it runs 0.003 to 0.03.
    if (exactly) expect(parity[0]?.exact?.maximumDifference).toBeLessThan(1e-5);
    await expect(shelf.verify(id)).resolves.toMatchObject({ passed: true, problems: [], parity: expected });
  });
});

describe('a fault that the rounding of inputs hides', () => {
  it('in one block of a matrix of integers, turns red when the model is verified', async () => {
    const id = await add('int4', 'damaged');
    await damageWeights(shelf.store.folder(id), { tensor: 'layer.1.attention.query.int4', count: 16, told: true });
    const damaged = new ModelShelf(resources, join(folder, 'models'));
    // What was found with the weights as they were is not theirs.
    expect(await damaged.store.parityOf(id)).toEqual([]);
    const reader = await damaged.reader(id);
    const asItRuns = await withModel(reader, { device: 'cpu' }, checkDevice);
    expect(failed(asItRuns)).toEqual([]);
    const { passed, problems, parity } = await damaged.verify(id);
    expect(passed).toBe(false);
    expect(problems).toEqual([expect.stringMatching(/does not compute what its reference says: .*apart from layer 2 on/u)]);
    expect(parity?.exact?.maximumDifference).toBeGreaterThan(2 * (parity?.exact?.tolerance ?? Infinity));
    // What a run finds later does not make it good again.
    expect((await damaged.store.parityOf(id))[0]).toMatchObject({ passed: false, exact: { passed: false } });
    await damaged.dispose();
  });

  it('in one place of the cache, turns red when a device is checked', async () => {
    const reader = await openPromptReader(shelf.store.folder(await add('int4', 'forgetful')));
    const forgetful = (model: LoadedModel): LoadedModel => {
      const { decoder } = model;
      let steps = 0;
      // The first step reads, and leaves keys and values of, its token with a fiftieth of another.
      const step: Decoder['step'] = async (prompt, rows) =>
        decoder.step(
          prompt,
          steps++ > 0
            ? rows
            : rows.map((row) => ({ ...row, embedding: row.embedding.map((value, i) => value + (decoder.embedding(5)[i] ?? 0) / 50) })),
        );
      return {
        ...model,
        decoder: new Proxy(decoder, {
          get: (target, name): unknown => {
            const value: unknown = Reflect.get(target, name);
            if (name === 'step') return step;
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        }),
      };
    };
    const checks = async (arithmetic: 'fast' | 'exact'): Promise<ParityCheck[]> =>
      withModel(reader, { device: 'cpu', arithmetic }, async (model) => checkDevice(forgetful(model)));
    expect(failed(await checks('fast'))).toEqual([]);
    expect(failed(await checks('exact'))).toEqual(['cachedEqualsUncached']);
  });
});

it('is told by a run, whose own check is coarse, before anyone hears that it has finished', async () => {
  const id = await add('int4', 'told');
  const manifest = join(shelf.store.folder(id), storedFiles.manifest);
  const before = storedManifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))).parity[0];
  const engine = new Engine({ resources, runs: join(folder, 'runs'), models: join(folder, 'models'), appVersion: '0.0.0' });
  const kept: unknown[] = [];
  const request = runRequestSchema.parse({ model: id, prompt: 'abc', lanes: [{ kind: 'cot', maximumSteps: 3, ignoreEnd: true }] });
  const { finished } = await engine.start(request, {
    push: ({ type }) => {
      if (type === 'finished') kept.push(...storedManifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))).parity);
    },
    ready: async () => Promise.resolve(),
  });
  const { outcome, trace } = await finished;
  expect(outcome.parity.map(({ name, passed }) => [name, passed])).toEqual([
    ['lastLayerLensEqualsLogits', true],
    ['cachedEqualsUncached', true],
    ['equalsReference', true],
    ['exactlyEqualsReference', true],
  ]);
  expect(outcome.parity[2]?.compared).toContain('coarse, because inputs are rounded to 8 bits');
  expect(outcome.parity[3]?.compared).toMatch(/with nothing rounded to 8 bits, on \d{4}-\d\d-\d\d, not in this run$/u);
  // The run has renewed what it found, and left what it did not look for.
  expect(kept).toEqual([expect.objectContaining({ passed: true, exact: before?.exact, speed: before?.speed })]);
  expect(kept).not.toEqual([before]);
  const bundle = await openBundle(trace?.path ?? '');
  for await (const event of bundle.events('run', 'trace'))
    if (event.type === 'finished') expect(event.outcome.parity).toEqual(outcome.parity);
  await bundle.close();
  await engine.dispose();
});

it('measures a device against the CPU in the same check', async () => {
  const reader = await shelf.reader(await add('f32', 'two-devices'));
  const used: string[] = [];
  const parity = await checkModel(reader, 'webgpu', async (device, work) => {
    used.push(device);
    return withModel(reader, { device: 'cpu' }, work);
  });
  expect(used).toEqual(['cpu', 'webgpu']);
  expect(parity.speed?.timesCpu).toBeGreaterThan(0);
  expect(parity).toMatchObject({ device: 'webgpu', passed: true, exact: null });
});
