import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maximumAbsoluteDifference } from '../measures/vectors';
import { architectures, readArchitecture, readGgufArchitecture } from '../models/architectures/read-architecture';
import { matchWeights } from '../models/architectures/weight-source';
import { convertWeights } from '../models/convert/convert-weights';
import { openGguf } from '../models/gguf/open-gguf';
import { openSafetensors } from '../models/safetensors';
import { openSafetensorsFolder } from '../models/safetensors-folder';
import { openStoredWeights } from '../models/stored-weights';
import type { PassOutput } from './decoder';
import type { Decoder } from './decoder';
import { openDecoder } from './open-decoder';
import { testDevice } from './testing/test-device';

const fixtures = join(import.meta.dirname, '../models/architectures/fixtures');
const models = readdirSync(fixtures, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const all = models.flatMap((model) =>
  ['model.safetensors', 'model.gguf'].map((file) => join(model, file)).filter((file) => existsSync(join(fixtures, file))),
);

/** Without a graphics card WebGPU is computed by the processor: there, one checkpoint of each architecture. */
const representative = ['gpt2', 'llama3', 'mistral', 'qwen2-half', 'qwen3'].map((model) => join(model, 'model.safetensors'));
const files = testDevice === 'cpu' ? all : all.filter((file) => representative.includes(file));

/** Measured: at most 6e-6. */
const tolerance = 1e-4;

/** Largest difference in terms of the largest expected value. */
const relativeDifference = (actual: Float32Array, expected: Float32Array): number =>
  maximumAbsoluteDifference(actual, expected) / expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

/** What PyTorch says of the longest prompt of a fixture: past the point from which frequencies are scaled. */
interface Expected {
  readonly ids: readonly number[];
  readonly logits: Float32Array;
  readonly residual: Float32Array;
}

async function readExpected(folder: string): Promise<Expected> {
  const file = await openSafetensors(join(folder, 'parity.safetensors'));
  const prompt = [...file.header.tensors.keys()].filter((name) => name.endsWith('.ids')).length - 1;
  const bytes = await file.bytes(`${prompt}.ids`);
  const expected = {
    ids: [...new Int32Array(bytes.buffer)],
    logits: await file.float32(`${prompt}.logits`),
    residual: await file.float32(`${prompt}.residual`),
  };
  await file.close();
  return expected;
}

/** As an imported model is opened: converted to 32-bit floats of our own order, and read back from the disk. */
async function decoderOf(file: string, workFolder: string): Promise<Decoder> {
  const folder = dirname(file);
  const gguf = file.endsWith('.gguf') ? await openGguf(file) : null;
  const checkpoint = gguf ?? (await openSafetensorsFolder(folder));
  const architecture = gguf
    ? await readGgufArchitecture(gguf)
    : readArchitecture(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
  const target = join(workFolder, 'weights.safetensors');
  const { spec } = architecture;
  await convertWeights({
    checkpoint,
    spec,
    sources: matchWeights(architecture, checkpoint.tensors),
    quantize: 'f32',
    target,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  await checkpoint.close();
  return openDecoder(spec, await openStoredWeights(target, spec), { device: testDevice, threads: 1 });
}

it('has a model of every architecture in the table', async () => {
  const configs = await Promise.all(models.map((model) => readFile(join(fixtures, model, 'config.json'), 'utf8')));
  const found = new Set(configs.map((config) => readArchitecture(JSON.parse(config)).architecture));
  expect([...found].toSorted()).toEqual(architectures.map(({ name }) => name).toSorted());
});

describe.each(files)('%s', (file) => {
  let decoder: Decoder;
  let expected: Expected;
  let workFolder = '';

  beforeAll(async () => {
    workFolder = await mkdtemp(join(tmpdir(), 'interlinear-architectures-'));
    decoder = await decoderOf(join(fixtures, file), workFolder);
    expected = await readExpected(join(fixtures, dirname(file)));
  });
  afterAll(async () => {
    await decoder.dispose();
    await rm(workFolder, { recursive: true });
  });

  /** Every stream of one position apart, so that a large one hides no other. */
  const expectPosition = (output: PassOutput | undefined, position: number): void => {
    const { ids, logits, residual } = expected;
    const { width, vocabulary, layers } = decoder;
    if (!output) throw new Error('No output');
    expect(relativeDifference(output.logits, logits.subarray(position * vocabulary, (position + 1) * vocabulary))).toBeLessThan(tolerance);
    for (let stream = 0; stream <= layers; stream++) {
      const from = (stream * ids.length + position) * width;
      const actual = output.residual.subarray(stream * width, (stream + 1) * width);
      expect(relativeDifference(actual, residual.subarray(from, from + width)), `stream ${stream}`).toBeLessThan(tolerance);
    }
  };

  it('reads a prompt as PyTorch does', async () => {
    for (const length of [1, 2, expected.ids.length]) {
      const { cache, last } = await decoder.prefill(expected.ids.slice(0, length));
      cache.dispose();
      expectPosition(last, length - 1);
    }
  });

  it.each([
    { rows: 1, shared: 'nothing but its first token', length: () => 1 },
    { rows: 8, shared: 'nothing but its first token', length: () => 1 },
    { rows: 1, shared: 'a prompt of a third', length: (all: number) => Math.floor(all / 3) },
    { rows: 8, shared: 'a prompt of a third', length: (all: number) => Math.floor(all / 3) },
  ])('reads it step by step in a batch of $rows, sharing $shared', async ({ rows, length }) => {
    const { ids } = expected;
    const { cache } = await decoder.prefill(ids.slice(0, length(ids.length)));
    const caches = Array.from({ length: rows }, () => decoder.newRow());
    for (const [position, token] of [...ids.entries()].slice(cache.length)) {
      const inputs = caches.map((row) => ({ cache: row, embedding: decoder.embedding(token) }));
      for (const output of await decoder.step(cache, inputs)) expectPosition(output, position);
    }
    for (const each of [...caches, cache]) each.dispose();
  });
});
