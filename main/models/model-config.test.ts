import { expect, it } from 'vitest';
import { matrixParameters, weightShapes } from '../graph/decoder-spec';
import { parseModelConfig } from './model-config';

const llama = {
  model_type: 'llama',
  vocab_size: 48,
  hidden_size: 32,
  intermediate_size: 40,
  num_hidden_layers: 2,
  num_attention_heads: 4,
};

it('fills in what configurations leave out as transformers does', () => {
  expect(parseModelConfig(llama)).toEqual({
    maximumPositions: null,
    spec: {
      layers: 2,
      width: 32,
      heads: 4,
      keyValueHeads: 4,
      headWidth: 8,
      innerWidth: 40,
      vocabulary: 48,
      normalization: { kind: 'rms', epsilon: 1e-6 },
      rotary: { theta: 10_000 },
      activation: 'silu',
      attentionBiases: { queryKeyValue: false, output: false },
      queryKeyNormalization: false,
      tiedUnembedding: false,
    },
  });
});

it('takes the base of the rotary embedding from the new place and from the old', () => {
  expect(parseModelConfig({ ...llama, rope_theta: 5e5 }).spec.rotary.theta).toBe(5e5);
  expect(
    parseModelConfig({ ...llama, rope_theta: 5e5, rope_parameters: { rope_type: 'default', rope_theta: 7e5 } }).spec.rotary.theta,
  ).toBe(7e5);
});

it('counts parameters as torch does', () => {
  const { spec } = parseModelConfig({ ...llama, num_key_value_heads: 2, head_dim: 12, tie_word_embeddings: true });
  const count = [...weightShapes(spec).values()].reduce((sum, shape) => sum + shape.reduce((product, size) => product * size, 1), 0);
  // sum(p.numel() for p in LlamaForCausalLM(config).parameters()) of the fixture llama-grouped
  expect(count).toBe(18_592);
  expect(matrixParameters(spec)).toBe(18_592 - 5 * 32);
  expect(matrixParameters({ ...spec, tiedUnembedding: false })).toBe(18_592 - 5 * 32);
});

it.each([
  [{ num_attention_heads: 5 }, 'bad-model', '32 cannot be cut into 5'],
  [{ num_key_value_heads: 3 }, 'bad-model', '4 attention heads cannot share 3'],
  [{ head_dim: 7 }, 'bad-model', 'even head width, not 7'],
  [{ hidden_size: '32' }, 'bad-model', '“hidden_size”'],
  [{ num_hidden_layers: 0 }, 'bad-model', '“num_hidden_layers”'],
  [{ vocab_size: 2 ** 40 }, 'bad-model', '“vocab_size”'],
  [{ model_type: 'gpt2' }, 'unsupported', '“gpt2”'],
  [{ model_type: 'constructor' }, 'unsupported', '“constructor”'],
  [{ hidden_act: 'gelu' }, 'unsupported', '“gelu”'],
  [{ mlp_bias: true }, 'unsupported', 'biases'],
  [{ rope_scaling: { rope_type: 'llama3', factor: 8 } }, 'unsupported', '“llama3”'],
  [{ rope_scaling: { type: 'linear', factor: 2 } }, 'unsupported', '“linear”'],
  [{ rope_parameters: { rope_type: 'yarn' } }, 'unsupported', '“yarn”'],
  [{ model_type: 'mistral', sliding_window: 4096 }, 'unsupported', 'window'],
  [{ model_type: 'qwen2', use_sliding_window: true }, 'unsupported', 'window'],
])('refuses %j', (change, code, message) => {
  expect(() => parseModelConfig({ ...llama, ...change })).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
  );
});

it('refuses what is no configuration', () => {
  for (const value of [null, [], 'llama', {}]) expect(() => parseModelConfig(value)).toThrow('config.json');
});
