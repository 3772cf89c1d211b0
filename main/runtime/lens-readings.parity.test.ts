import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeReading, readingLength } from '../contract/frame';
import { quantizedParts } from '../graph/quantized-parts';
import type { DecoderSpec } from '../graph/decoder-spec';
import { type WeightPlace, type Weights, weightsInMemory } from '../graph/graph-builder';
import { layerReading, readLens as readDistribution } from '../measures/lens-reading';
import { readArchitecture } from '../models/architectures/read-architecture';
import { quantizeInt4, quantizeInt8 } from '../models/quantization/quantize';
import { LensReadings } from './lens-readings';
import { readLens } from './logit-lens';
import { randomStream } from './random';
import { WeightMatrix } from './weight-matrix';

const [vocabulary, width, rows, candidates] = [500, 64, 37, 5];
const uniform = randomStream(3, 0, 0);
const numbers = (count: number, scale: number): Float32Array => Float32Array.from({ length: count }, () => scale * (uniform() - 0.5));

/** Weights of which only the lens' are there. */
function pack(parts: readonly (readonly [name: string, shape: readonly number[], data: Float32Array | Uint8Array])[]): Weights {
  const places = new Map<string, WeightPlace>();
  let end = 0;
  for (const [name, shape, data] of parts) {
    places.set(name, { shape, offset: end, byteLength: data.byteLength, ...(data instanceof Uint8Array && { element: 'u8' as const }) });
    end += data.byteLength;
  }
  const bytes = new Uint8Array(end);
  for (const [name, , data] of parts)
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), places.get(name)?.offset ?? NaN);
  return weightsInMemory(bytes, places);
}

async function makeSpec(kind: 'rms' | 'layer'): Promise<DecoderSpec> {
  const config = join(import.meta.dirname, '../models/architectures/fixtures/llama-grouped/config.json');
  const { spec } = readArchitecture(JSON.parse(await readFile(config, 'utf8')));
  return { ...spec, vocabulary, width, tiedUnembedding: false, normalization: { kind, epsilon: 1e-5 } };
}

const matrix = numbers(vocabulary * width, 2);
// Two tokens that are always as high as each other: their order is that of their ids.
matrix.copyWithin(41 * width, 17 * width, 18 * width);

const storages = {
  floats: () => [['unembedding', [vocabulary, width], matrix] as const],
  int8: () => {
    const { integers, scales } = quantizedParts('unembedding', 8);
    const made = quantizeInt8(matrix, vocabulary, width);
    return [[integers, [vocabulary, width / 32, 32], made.packed] as const, [scales, [vocabulary, width / 32], made.scales] as const];
  },
  'int4 with offsets': () => {
    const { integers, scales, offsets } = quantizedParts('unembedding', 4);
    const made = quantizeInt4(matrix, vocabulary, width);
    const minima = numbers((width / 32) * vocabulary, 1);
    for (const block of [0, 1]) minima[block * vocabulary + 41] = minima[block * vocabulary + 17] ?? NaN;
    return [
      [integers, [vocabulary, width / 32, 16], made.packed] as const,
      [scales, [vocabulary, width / 32], made.scales] as const,
      [offsets, [width / 32, vocabulary], minima] as const,
    ];
  },
};

let lens: LensReadings | null = null;
afterEach(async () => {
  await lens?.dispose();
});

describe.each(['rms', 'layer'] as const)('readings of the lens through a final norm of the kind %s', (kind) => {
  it.each(Object.entries(storages))('are those of the plain lens, an unembedding stored as %s', async (_, parts) => {
    const spec = await makeSpec(kind);
    const finalScale = numbers(width, 3);
    const finalBias = kind === 'layer' ? numbers(width, 1) : null;
    const weights = pack([
      ...parts(),
      ['final.norm', [width], finalScale],
      ...(finalBias ? [['final.norm.bias', [width], finalBias] as const] : []),
    ]);
    const unembedding = new WeightMatrix(weights, 'unembedding', vocabulary, width);
    lens = new LensReadings({ spec, weights, unembedding, finalScale, finalBias, threads: 2 });
    const streams = numbers(rows * width, 8);
    const targets = Array.from({ length: rows }, (_unused, row) => (row < 4 ? [17, 41][row % 2] : Math.floor(uniform() * vocabulary)) ?? 0);

    const packed = await lens.read(streams, targets, candidates);
    expect(packed).toHaveLength(rows * readingLength(candidates));
    const plain = { scale: finalScale, bias: finalBias, epsilon: 1e-5, unembedding: unembedding.all() };
    for (const [row, target] of targets.entries()) {
      const stream = streams.subarray(row * width, (row + 1) * width);
      const expected = layerReading(readDistribution(stream, readLens(plain, stream), candidates), target);
      const found = decodeReading(candidates, packed, row * readingLength(candidates));
      expect(found.norm).toBe(Math.fround(expected.norm));
      expect(found.top.ids).toEqual(expected.top.ids);
      expect(found.rank).toBe(expected.rank);
      expect(found.entropy).toBeCloseTo(expected.entropy, 3);
      expect(found.probability).toBeCloseTo(expected.probability, 5);
      for (const [i, probability] of expected.top.probabilities.entries()) expect(found.top.probabilities[i]).toBeCloseTo(probability, 5);
    }
  });
});

it('says so when the model gives no numbers, and refuses half a stream', async () => {
  const spec = await makeSpec('rms');
  const finalScale = numbers(width, 3);
  const weights = pack([...storages.floats(), ['final.norm', [width], finalScale]]);
  const unembedding = new WeightMatrix(weights, 'unembedding', vocabulary, width);
  lens = new LensReadings({ spec, weights, unembedding, finalScale, finalBias: null, threads: 2 });
  await expect(lens.read(new Float32Array(width).fill(NaN), [1], candidates)).rejects.toMatchObject({ code: 'bad-model' });
  await expect(lens.read(new Float32Array(width + 1), [1], candidates)).rejects.toThrow(RangeError);
  expect(await lens.read(new Float32Array(0), [], candidates)).toEqual(new Float32Array(0));
});
