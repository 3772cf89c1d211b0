import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maximumAbsoluteDifference } from '../measures/vectors';
import { readArchitecture } from '../models/architectures/read-architecture';
import { openSafetensors } from '../models/safetensors';
import { readWeights } from '../models/weights';
import type { PassOutput } from './decoder';
import { OnnxDecoder } from './onnx-decoder';
import { readGgufWeights } from './testing/gguf-weights';

const fixtures = join(import.meta.dirname, '../models/architectures/fixtures');
const models = readdirSync(fixtures, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
const files = models.flatMap((model) =>
  ['model.safetensors', 'model.gguf'].map((file) => join(model, file)).filter((file) => existsSync(join(fixtures, file))),
);

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

async function openDecoder(file: string): Promise<OnnxDecoder> {
  const settings = { device: 'cpu', threads: 1 } as const;
  if (file.endsWith('.gguf')) {
    const { spec, weights } = await readGgufWeights(file);
    return OnnxDecoder.create(spec, weights, settings);
  }
  const config: unknown = JSON.parse(await readFile(join(dirname(file), 'config.json'), 'utf8'));
  const architecture = readArchitecture(config);
  return OnnxDecoder.create(architecture.spec, readWeights(await readFile(file), architecture), settings);
}

it('has models of every architecture', () => {
  expect(files.filter((file) => file.endsWith('.safetensors'))).toHaveLength(9);
  expect(files.filter((file) => file.endsWith('.gguf'))).toHaveLength(4);
});

describe.each(files)('%s', (file) => {
  let decoder: OnnxDecoder;
  let expected: Expected;

  beforeAll(async () => {
    decoder = await openDecoder(join(fixtures, file));
    expected = await readExpected(join(fixtures, dirname(file)));
  });
  afterAll(async () => {
    await decoder.dispose();
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
      const { last } = await decoder.prefill(expected.ids.slice(0, length));
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
    for (const row of caches) row.dispose();
  });
});
