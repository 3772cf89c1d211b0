import type { DecoderSpec } from '../../graph/decoder-spec';
import type { RandomStorage } from './random-weights';

/** A Llama of two layers with grouped queries. */
export const llama: DecoderSpec = {
  layers: 2,
  width: 96,
  heads: 6,
  keyValueHeads: 2,
  headWidth: 16,
  innerWidth: 160,
  vocabulary: 75,
  normalization: { kind: 'rms', epsilon: 1e-5 },
  positions: { kind: 'rotary', theta: 10_000 },
  activation: 'silu',
  gatedFeedForward: true,
  feedForwardBiases: false,
  attentionBiases: { queryKeyValue: false, output: false },
  queryKeyNormalization: false,
  tiedUnembedding: true,
};

/** Every way in which the architectures differ. */
export const kinds: Readonly<Record<string, DecoderSpec>> = {
  llama,
  'llama, stretched': { ...llama, positions: { kind: 'rotary', theta: 500, frequencyFactors: [1, 1, 1, 2, 2, 4, 4, 8], magnitude: 1.2 } },
  'llama, with heads of 20': { ...llama, headWidth: 20, heads: 8, keyValueHeads: 4 },
  'qwen2, untied': { ...llama, tiedUnembedding: false, attentionBiases: { queryKeyValue: true, output: false } },
  qwen3: { ...llama, queryKeyNormalization: true, headWidth: 32 },
  gpt2: {
    ...llama,
    keyValueHeads: 6,
    normalization: { kind: 'layer', epsilon: 1e-5 },
    positions: { kind: 'learned', count: 64 },
    activation: 'gelu-tanh',
    gatedFeedForward: false,
    feedForwardBiases: true,
    attentionBiases: { queryKeyValue: true, output: true },
  },
  'llama, with the exact gelu': { ...llama, activation: 'gelu' },
};

/** Ways of storing matrices that kernels compute with, for the name of each. */
export const storages: Readonly<Record<string, (name: string) => RandomStorage>> = {
  '4 bits': (name) => ({ bits: name === 'embedding' ? 8 : 4, offsets: false }),
  '4 bits with offsets': (name) => ({ bits: name === 'embedding' ? 8 : 4, offsets: name !== 'embedding' }),
  '8 bits': () => ({ bits: 8, offsets: false }),
  '8 bits with offsets': () => ({ bits: 8, offsets: true }),
  '4 bits with halves': (name) => ({ bits: name === 'embedding' ? 8 : 4, offsets: name !== 'embedding', halves: true }),
  'one kind beside another': (name) => ({ bits: name.endsWith('key') || name.endsWith('up') ? 8 : 4, offsets: name.endsWith('value') }),
};
