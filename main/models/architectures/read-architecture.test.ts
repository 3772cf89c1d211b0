import { expect, it } from 'vitest';
import { matrixParameters, weightShapes } from '../../graph/decoder-spec';
import { readArchitecture } from './read-architecture';

const llama = {
  model_type: 'llama',
  vocab_size: 48,
  hidden_size: 32,
  intermediate_size: 40,
  num_hidden_layers: 2,
  num_attention_heads: 4,
};

it('fills in what configurations leave out as transformers does', () => {
  expect(readArchitecture(llama)).toMatchObject({
    architecture: 'llama',
    maximumPositions: null,
    notes: [],
    spec: {
      layers: 2,
      width: 32,
      heads: 4,
      keyValueHeads: 4,
      headWidth: 8,
      innerWidth: 40,
      vocabulary: 48,
      normalization: { kind: 'rms', epsilon: 1e-6 },
      positions: { kind: 'rotary', theta: 10_000 },
      activation: 'silu',
      gatedFeedForward: true,
      feedForwardBiases: false,
      attentionBiases: { queryKeyValue: false, output: false },
      queryKeyNormalization: false,
      tiedUnembedding: false,
    },
  });
});

it('takes the base of the rotary embedding from the new place and from the old', () => {
  const theta = (change: Record<string, unknown>) => readArchitecture({ ...llama, ...change }).spec.positions;
  expect(theta({ rope_theta: 5e5 })).toEqual({ kind: 'rotary', theta: 5e5 });
  expect(theta({ rope_theta: 5e5, rope_parameters: { rope_type: 'default', rope_theta: 7e5 } })).toEqual({ kind: 'rotary', theta: 7e5 });
});

it('counts parameters as torch does', () => {
  const { spec } = readArchitecture({ ...llama, num_key_value_heads: 2, head_dim: 12, tie_word_embeddings: true });
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
  [{ model_type: 'mamba' }, 'unsupported', '“mamba”'],
  [{ model_type: 'constructor' }, 'unsupported', '“constructor”'],
  [{ hidden_act: 'relu2' }, 'unsupported', '“relu2”'],
  [{ rope_scaling: { rope_type: 'llama3', factor: 8 } }, 'bad-model', '“low_freq_factor”'],
  [{ rope_scaling: { type: 'linear' } }, 'bad-model', '“factor”'],
  [{ rope_parameters: { rope_type: 'yarn', factor: 4 } }, 'bad-model', '“original_max_position_embeddings”'],
  [{ rope_scaling: { type: 'dynamic', factor: 2 } }, 'unsupported', '“dynamic”'],
  [{ rope_scaling: { rope_type: 'longrope', factor: 2 } }, 'unsupported', '“longrope”'],
  [{ quantization_config: { quant_method: 'gptq', bits: 4 } }, 'unsupported', '“gptq”'],
  [{ partial_rotary_factor: 0.5 }, 'unsupported', 'a part of each head'],
])('refuses %j', (change, code, message) => {
  expect(() => readArchitecture({ ...llama, ...change })).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
  );
});

it('reads the configuration of Llama 3.2 1B as it was published', () => {
  const { spec, maximumPositions } = readArchitecture({
    architectures: ['LlamaForCausalLM'],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: 128_000,
    eos_token_id: 128_001,
    head_dim: 64,
    hidden_act: 'silu',
    hidden_size: 2048,
    initializer_range: 0.02,
    intermediate_size: 8192,
    max_position_embeddings: 131_072,
    mlp_bias: false,
    model_type: 'llama',
    num_attention_heads: 32,
    num_hidden_layers: 16,
    num_key_value_heads: 8,
    pretraining_tp: 1,
    rms_norm_eps: 1e-5,
    rope_scaling: { factor: 32, high_freq_factor: 4, low_freq_factor: 1, original_max_position_embeddings: 8192, rope_type: 'llama3' },
    rope_theta: 500_000,
    tie_word_embeddings: true,
    torch_dtype: 'bfloat16',
    use_cache: true,
    vocab_size: 128_256,
  });
  expect(maximumPositions).toBe(131_072);
  expect(spec).toMatchObject({ layers: 16, keyValueHeads: 8, headWidth: 64, tiedUnembedding: true });
  const factors = spec.positions.kind === 'rotary' ? (spec.positions.frequencyFactors ?? []) : [];
  expect(factors).toHaveLength(32);
  expect([factors[0], factors[14], factors.at(-1)]).toEqual([1, 1, 32]);
  // Three pairs lie in the band between, where neither holds.
  expect(factors.filter((factor) => factor !== 1 && factor !== 32)).toHaveLength(3);
  expect(factors.toSorted((a, b) => a - b)).toEqual(factors);
});

it.each([
  ['mistral', { sliding_window: 4096, max_position_embeddings: 32_768 }, 4096],
  ['mistral', { max_position_embeddings: 32_768 }, 4096],
  ['mistral', { sliding_window: null, max_position_embeddings: 32_768 }, 32_768],
  ['mistral', { sliding_window: 4096, max_position_embeddings: 2048 }, 2048],
  ['qwen2', { use_sliding_window: true, sliding_window: 512, max_position_embeddings: 1024 }, 512],
  ['qwen2', { use_sliding_window: false, sliding_window: 512, max_position_embeddings: 1024 }, 1024],
])('reads %s with %j up to position %i, and says so where a window is the reason', (name, change, maximum) => {
  const { maximumPositions, notes } = readArchitecture({ ...llama, model_type: name, ...change });
  expect(maximumPositions).toBe(maximum);
  expect(notes).toEqual(maximum === change.max_position_embeddings ? [] : [expect.stringContaining(`at most ${maximum} tokens`)]);
});

it('refuses what is no configuration', () => {
  for (const value of [null, [], 'llama', {}]) expect(() => readArchitecture(value)).toThrow('config.json');
});
