import { expect, it } from 'vitest';
import { weightShapes } from '../../graph/decoder-spec';
import type { CheckpointTensor } from '../checkpoint';
import { readGgufArchitecture } from './read-architecture';
import { matchWeights } from './weight-source';

const tensor = (name: string, shape: readonly number[], values: readonly number[] = []): CheckpointTensor => ({
  name,
  shape,
  type: 'F32',
  byteLength: 4 * shape.reduce((product, size) => product * size, 1),
  rows: async () => Promise.resolve(new Uint8Array(Float32Array.from(values).buffer)),
});

const tensorMap = (...tensors: CheckpointTensor[]): Map<string, CheckpointTensor> => new Map(tensors.map((each) => [each.name, each]));

/** As the file of SmolLM2-135M-Instruct says, but for fewer layers. */
const metadata = {
  'general.architecture': 'llama',
  'llama.block_count': 1,
  'llama.context_length': 8192,
  'llama.embedding_length': 12,
  'llama.feed_forward_length': 24,
  'llama.attention.head_count': 3,
  'llama.attention.head_count_kv': 1,
  'llama.rope.freq_base': 100_000,
  'llama.attention.layer_norm_rms_epsilon': 1e-5,
  'llama.vocab_size': 40,
  'llama.rope.dimension_count': 4,
};

const layer = [
  tensor('blk.0.attn_norm.weight', [12]),
  tensor('blk.0.attn_q.weight', [12, 12]),
  tensor('blk.0.attn_k.weight', [4, 12]),
  tensor('blk.0.attn_v.weight', [4, 12]),
  tensor('blk.0.attn_output.weight', [12, 12]),
  tensor('blk.0.ffn_norm.weight', [12]),
  tensor('blk.0.ffn_gate.weight', [24, 12]),
  tensor('blk.0.ffn_up.weight', [24, 12]),
  tensor('blk.0.ffn_down.weight', [12, 24]),
];
const outside = [tensor('token_embd.weight', [40, 12]), tensor('output_norm.weight', [12])];

const read = (change: Record<string, unknown> = {}, ...more: CheckpointTensor[]) =>
  readGgufArchitecture({
    metadata: new Map<string, unknown>(Object.entries({ ...metadata, ...change })),
    tensors: tensorMap(...layer, ...outside, ...more),
  });

it('reads a tied Llama', async () => {
  const architecture = await read();
  expect(architecture).toMatchObject({
    architecture: 'llama',
    maximumPositions: 8192,
    notes: [],
    spec: {
      layers: 1,
      width: 12,
      heads: 3,
      keyValueHeads: 1,
      headWidth: 4,
      innerWidth: 24,
      vocabulary: 40,
      normalization: { kind: 'rms', epsilon: 1e-5 },
      positions: { kind: 'rotary', theta: 100_000 },
      attentionBiases: { queryKeyValue: false, output: false },
      queryKeyNormalization: false,
      tiedUnembedding: true,
    },
  });
  const sources = matchWeights(architecture, tensorMap(...layer, ...outside));
  expect([...sources.keys()]).toEqual([...weightShapes(architecture.spec).keys()]);
  expect(sources.get('embedding')).toEqual({ tensor: 'token_embd.weight', shape: [40, 12] });
  expect(sources.get('layer.0.feed-forward.down')).toEqual({ tensor: 'blk.0.ffn_down.weight', shape: [12, 24] });
  // The converter puts rows 0 and 2, 1 and 3 of a head next to each other.
  expect(sources.get('layer.0.attention.key')?.rows).toEqual(Uint32Array.of(0, 2, 1, 3));
  expect(sources.get('layer.0.attention.query')?.rows).toEqual(Uint32Array.of(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11));
  expect(sources.get('layer.0.attention.value')?.rows).toBeUndefined();
});

it('takes whole numbers of 64 bits, and an unembedding of its own', async () => {
  const { spec } = await read({ 'llama.context_length': 8192n }, tensor('output.weight', [40, 12]));
  expect(spec.tiedUnembedding).toBe(false);
  await expect(read({ 'llama.block_count': 2n ** 60n })).rejects.toMatchObject({ code: 'bad-model' });
});

it('takes the frequency factors Llama 3 carries as a tensor', async () => {
  const { spec } = await read({}, tensor('rope_freqs.weight', [2], [1, 8]));
  expect(spec.positions).toEqual({ kind: 'rotary', theta: 100_000, frequencyFactors: [1, 8] });
});

it('takes scaling from the metadata', async () => {
  const linear = await read({ 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 4 });
  expect(linear.spec.positions).toEqual({ kind: 'rotary', theta: 100_000, frequencyFactors: [4, 4] });
  const yarn = await read({
    'llama.rope.scaling.type': 'yarn',
    'llama.rope.scaling.factor': 4,
    'llama.rope.scaling.original_context_length': 2048,
  });
  expect(yarn.spec.positions).toMatchObject({ magnitude: 0.1 * Math.log(4) + 1 });
});

it('leaves the rows of Qwen where they are, and finds its biases and norms', async () => {
  const renamed = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key.replace('llama.', 'qwen3.'), value]));
  const architecture = await readGgufArchitecture({
    metadata: new Map<string, unknown>(Object.entries({ ...renamed, 'general.architecture': 'qwen3' })),
    tensors: tensorMap(...layer, ...outside, tensor('blk.0.attn_q.bias', [12])),
  });
  expect(architecture.spec).toMatchObject({
    queryKeyNormalization: true,
    attentionBiases: { queryKeyValue: true, output: false },
  });
  expect(() => matchWeights(architecture, tensorMap(...layer, ...outside))).toThrow('“blk.0.attn_q.bias” of shape [12] is missing');
});

it.each([
  [{ 'general.architecture': 'mamba' }, 'unsupported', '“mamba”'],
  [{ 'general.architecture': 7 }, 'unsupported', 'family'],
  [{ 'llama.block_count': 0 }, 'bad-model', '“llama.block_count”'],
  [{ 'llama.embedding_length': undefined }, 'bad-model', '“llama.embedding_length”'],
  [{ 'llama.attention.head_count': [3] }, 'bad-model', '“llama.attention.head_count”'],
  [{ 'llama.attention.head_count_kv': 2 }, 'bad-model', 'cannot share'],
  [{ 'llama.rope.dimension_count': 2 }, 'unsupported', 'a part of each head'],
  [{ 'llama.rope.scaling.type': 'longrope' }, 'unsupported', '“longrope”'],
  [{ 'llama.expert_count': 8 }, 'unsupported', 'experts'],
  [{ 'llama.attention.value_length': 8 }, 'unsupported', 'different widths'],
])('refuses %j', async (change, code, message) => {
  await expect(read(change)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
});

it('refuses damaged frequency factors', async () => {
  await expect(read({}, tensor('rope_freqs.weight', [3], [1, 8, 8]))).rejects.toMatchObject({ code: 'bad-model' });
  await expect(read({}, tensor('rope_freqs.weight', [2], [1, 0]))).rejects.toMatchObject({ code: 'bad-model' });
});
