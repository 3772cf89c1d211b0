import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DecoderSpec, weightShapes } from '../../graph/decoder-spec';
import { quantizedParts } from '../../graph/quantized-parts';
import { readWeight, WeightMatrix } from '../../runtime/weight-matrix';
import type { WeightSource } from '../architectures/weight-source';
import type { Checkpoint, CheckpointTensor, StorageType } from '../checkpoint';
import { checkpointTensor } from '../checkpoint-tensor';
import { encodeHalf } from '../half';
import { dequantize } from '../quantization/dequantize';
import { storageBlocks } from '../quantization/storage-blocks';
import { openStoredWeights } from '../stored-weights';
import { convertWeights } from './convert-weights';

const spec: DecoderSpec = {
  layers: 1,
  width: 64,
  heads: 2,
  keyValueHeads: 1,
  headWidth: 32,
  innerWidth: 96,
  vocabulary: 50,
  normalization: { kind: 'rms', epsilon: 1e-5 },
  positions: { kind: 'rotary', theta: 10_000 },
  activation: 'silu',
  gatedFeedForward: true,
  feedForwardBiases: false,
  attentionBiases: { queryKeyValue: false, output: false },
  queryKeyNormalization: false,
  tiedUnembedding: true,
};

let state = 1;
const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;

/** Random blocks whose scales and minima are tame halves. */
function randomBytes(type: StorageType, elements: number): Uint8Array {
  const block = storageBlocks[type];
  if (type === 'F32') return new Uint8Array(Float32Array.from({ length: elements }, () => random() - 0.5).buffer);
  if (type === 'F16') return encodeHalf(Float32Array.from({ length: elements }, () => random() - 0.5));
  const bytes = Uint8Array.from({ length: (elements / block.elements) * block.bytes }, () => Math.floor(random() * 256));
  for (let at = 0; at < bytes.length; at += block.bytes) {
    bytes.set(encodeHalf(Float32Array.of(0.01 + random() / 50, -random() / 10)).subarray(0, type === 'Q4_1' ? 4 : 2), at);
  }
  return bytes;
}

function tensor(name: string, shape: readonly number[], type: StorageType): CheckpointTensor {
  const bytes = randomBytes(
    type,
    shape.reduce((product, size) => product * size, 1),
  );
  return checkpointTensor({ name, shape, type, read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)) });
}

/** Every matrix of one type, norms as floats; query rows in another order, as GGUF files have them. */
function checkpoint(type: StorageType): { checkpoint: Checkpoint; sources: Map<string, WeightSource> } {
  const tensors = new Map<string, CheckpointTensor>();
  const sources = new Map<string, WeightSource>();
  for (const [name, shape] of weightShapes(spec)) {
    tensors.set(`file.${name}`, tensor(`file.${name}`, shape, shape.length === 1 ? 'F32' : type));
    const rows = Uint32Array.from({ length: shape[0] ?? 0 }, (_, row) => row ^ 1);
    sources.set(name, { tensor: `file.${name}`, shape, ...(name.endsWith('attention.query') && { rows }) });
  }
  return { checkpoint: { tensors, close: () => Promise.resolve() }, sources };
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-convert-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let made = 0;
async function convert(type: StorageType, quantize: 'auto' | 'int4' | 'int8' | 'f16' | 'f32') {
  const target = join(folder, `${made++}.safetensors`);
  const input = checkpoint(type);
  const progress: number[] = [];
  const converted = await convertWeights({
    ...input,
    spec,
    quantize,
    target,
    onProgress: (done, total) => progress.push(done / total),
    signal: new AbortController().signal,
  });
  const bytes = readFileSync(target);
  expect(converted.bytes).toBe(bytes.length);
  expect(progress.at(-1)).toBe(1);
  return { ...input, converted, weights: await openStoredWeights(target, spec) };
}

/** What the checkpoint holds, in the graph's order. */
async function original({ tensors }: Checkpoint, name: string): Promise<Float32Array> {
  const stored = tensors.get(`file.${name}`);
  if (!stored) throw new Error(`No tensor for ${name}`);
  const values = dequantize(stored.type, await stored.rows());
  if (!name.endsWith('attention.query')) return values;
  const width = stored.shape[1] ?? 1;
  return Float32Array.from(values, (_, i) => values[(Math.floor(i / width) ^ 1) * width + (i % width)] ?? NaN);
}

const matrices = [...weightShapes(spec)].filter(([, shape]) => shape.length === 2);

describe('a checkpoint converted', () => {
  it.each(['F32', 'Q4_0', 'Q8_0'] as const)('from %s keeps every value, whatever the order of its rows', async (type) => {
    const { checkpoint: source, converted, weights } = await convert(type, 'auto');
    expect(converted.report.map(({ relativeError }) => relativeError)).toEqual(converted.report.map(() => 0));
    for (const [name, [rows = 0, columns = 0]] of matrices)
      expect(new WeightMatrix(weights, name, rows, columns).all()).toEqual(await original(source, name));
    expect(readWeight(weights, 'final.norm')).toEqual(await original(source, 'final.norm'));
    expect(converted.dtype).toBe(type === 'F32' ? 'f32' : type === 'Q4_0' ? 'int4' : 'int8');
  });

  it('from Q4_1 keeps integers, scales and minima, so that only the order of one addition differs', async () => {
    const { checkpoint: source, weights, converted } = await convert('Q4_1', 'auto');
    expect(converted.dtype).toBe('int4');
    for (const [name, [rows = 0, columns = 0]] of matrices) {
      expect(weights.places.has(quantizedParts(name, 4).offsets)).toBe(true);
      const matrix = new WeightMatrix(weights, name, rows, columns);
      const values = await original(source, name);
      matrix.all().forEach((value, i) => {
        expect(Math.abs(value - (values[i] ?? NaN))).toBeLessThanOrEqual(2 ** -23);
      });
      expect(matrix.row(3)).toEqual(matrix.all().slice(3 * columns, 4 * columns));
    }
  });

  it.each([
    ['f16', 2 ** -11],
    ['int8', 0.01],
    ['int4', 0.12],
  ] as const)('to %s says how far its values moved, and they moved no further', async (quantize, limit) => {
    const { checkpoint: source, weights, converted } = await convert('F32', quantize);
    expect(converted.dtype).toBe(quantize);
    for (const [name, [rows = 0, columns = 0]] of matrices) {
      const values = await original(source, name);
      const stored = new WeightMatrix(weights, name, rows, columns).all();
      let error = 0;
      let size = 0;
      values.forEach((value, i) => {
        error += (value - (stored[i] ?? NaN)) ** 2;
        size += value * value;
      });
      const told = converted.report.find(({ tensor: weight }) => weight === name);
      expect(told?.relativeError).toBeCloseTo(Math.sqrt(error / size), 6);
      expect(told?.relativeError).toBeLessThan(name === 'embedding' ? Math.min(limit, 0.01) : limit);
      expect(told?.relativeError).toBeGreaterThan(0);
    }
  });

  it('can be stopped, and refuses to write over a file', async () => {
    const input = checkpoint('F32');
    const abort = new AbortController();
    const target = join(folder, 'stopped.safetensors');
    const options = { ...input, spec, quantize: 'auto', target, signal: abort.signal } as const;
    await expect(convertWeights({ ...options, onProgress: () => abort.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    await expect(convertWeights({ ...options, onProgress: () => undefined })).rejects.toMatchObject({ code: 'EEXIST' });
  });
});
