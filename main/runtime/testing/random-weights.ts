import { type DecoderSpec, unembeddingName, weightShapes } from '../../graph/decoder-spec';
import { type WeightPlace, type Weights, weightsInMemory } from '../../graph/graph-builder';
import { blockSize, type QuantizedBits, quantizedParts } from '../../graph/quantized-parts';
import type { PlainWeights } from '../../models/reference/plain-forward';
import { readWeight, WeightMatrix } from '../weight-matrix';

/** How a matrix is to be stored. */
export interface RandomStorage {
  readonly bits: QuantizedBits;
  readonly offsets: boolean;
  /** Scales and what 0 stands for are numbers of 16 bits. */
  readonly halves?: boolean;
}

interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly element: 'u8' | 'f32';
}

/** The number of 16 bits that is nearest, or next to it. */
function halfNear(value: number): number {
  const unit = 2 ** Math.max(-24, Math.floor(Math.log2(Math.abs(value) || 1)) - 10);
  return Math.round(value / unit) * unit;
}

/** Numbers between -1 and 1, the same every time. */
function randomNumbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * 0.999;
  };
}

/** Weights of a decoder with every matrix in 4 or 8 bits, in memory, and the same numbers for plain arithmetic. */
export function randomWeights(
  spec: DecoderSpec,
  storage: (name: string) => RandomStorage,
): { readonly weights: Weights; readonly values: PlainWeights } {
  const next = randomNumbers();
  const parts: Part[] = [];
  const floats = (name: string, shape: readonly number[], value: () => number): void => {
    const data = Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, value);
    parts.push({ name, shape, bytes: new Uint8Array(data.buffer), element: 'f32' });
  };
  const shapes = weightShapes(spec);
  for (const [name, shape] of shapes) {
    const [rows = 0, columns] = shape;
    if (columns === undefined || name === 'positions') {
      const about = name.endsWith('norm') ? 1 : 0;
      floats(name, shape, () => about + 0.1 * next());
      continue;
    }
    const { bits, offsets, halves = false } = storage(name);
    const names = quantizedParts(name, bits);
    const blocks = columns / blockSize;
    const integers = Uint8Array.from({ length: (rows * columns * bits) / 8 }, () => Math.floor(128 + 128 * next()));
    parts.push({ name: names.integers, shape: [rows, blocks, 4 * bits], bytes: integers, element: 'u8' });
    // Of a size that keeps the residual stream at about one.
    const step = (name === 'embedding' || name === unembeddingName(spec) ? 1 : 1.5 / Math.sqrt(columns)) / 2 ** (bits - 1);
    const rounded = (value: number): number => (halves ? halfNear(value) : value);
    const scales: number[] = [];
    floats(names.scales, [rows, blocks], () => {
      scales.push(rounded(step * (1 + 0.5 * next())));
      return scales.at(-1) ?? 0;
    });
    // What is stored is the offset of the middle of the integers: of 4 bits the kernels take that of 0.
    const middle = halves && bits === 4 ? 8 : 0;
    let block = 0;
    if (offsets) floats(names.offsets, [rows, blocks], () => rounded(step * next()) + middle * (scales[block++] ?? 0));
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.byteLength + 4, 0));
  const places = new Map<string, WeightPlace>();
  let end = 0;
  for (const part of parts) {
    bytes.set(part.bytes, end);
    places.set(part.name, { shape: part.shape, offset: end, byteLength: part.bytes.byteLength, element: part.element });
    end = Math.ceil((end + part.bytes.byteLength) / 4) * 4;
  }
  const weights = weightsInMemory(bytes, places);
  const values: PlainWeights = (name, first, count) => {
    const [rows = 0, columns] = shapes.get(name) ?? [];
    const vector = (): Float32Array => readWeight(weights, name).slice(first, first + count);
    return Promise.resolve(columns === undefined ? vector() : new WeightMatrix(weights, name, rows, columns).rows(first, count));
  };
  return { weights, values };
}
