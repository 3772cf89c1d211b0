import { describe, expect, it } from 'vitest';
import { weightShapes } from '../../graph/decoder-spec';
import { readArchitecture } from './read-architecture';
import { matchWeights } from './weight-source';

const llama = {
  model_type: 'llama',
  vocab_size: 48,
  hidden_size: 32,
  intermediate_size: 40,
  num_hidden_layers: 1,
  num_attention_heads: 4,
};
const gpt2 = { model_type: 'gpt2', vocab_size: 40, n_embd: 32, n_layer: 1, n_head: 4, n_positions: 64 };

type Shapes = Record<string, readonly number[]>;

const match = (config: unknown, shapes: Shapes) =>
  matchWeights(readArchitecture(config), new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape }])));

const llamaTensors = (prefix: string): Shapes => ({
  [`${prefix}embed_tokens.weight`]: [48, 32],
  [`${prefix}layers.0.input_layernorm.weight`]: [32],
  [`${prefix}layers.0.self_attn.q_proj.weight`]: [32, 32],
  [`${prefix}layers.0.self_attn.k_proj.weight`]: [32, 32],
  [`${prefix}layers.0.self_attn.v_proj.weight`]: [32, 32],
  [`${prefix}layers.0.self_attn.o_proj.weight`]: [32, 32],
  [`${prefix}layers.0.post_attention_layernorm.weight`]: [32],
  [`${prefix}layers.0.mlp.gate_proj.weight`]: [40, 32],
  [`${prefix}layers.0.mlp.up_proj.weight`]: [40, 32],
  [`${prefix}layers.0.mlp.down_proj.weight`]: [32, 40],
  [`${prefix}norm.weight`]: [32],
});

const gpt2Tensors = (prefix: string): Shapes => ({
  [`${prefix}wte.weight`]: [40, 32],
  [`${prefix}wpe.weight`]: [64, 32],
  ...Object.fromEntries(
    ['h.0.ln_1', 'h.0.ln_2', 'ln_f'].flatMap((name) => [
      [`${prefix}${name}.weight`, [32]],
      [`${prefix}${name}.bias`, [32]],
    ]),
  ),
  [`${prefix}h.0.attn.c_attn.weight`]: [32, 96],
  [`${prefix}h.0.attn.c_attn.bias`]: [96],
  [`${prefix}h.0.attn.c_proj.weight`]: [32, 32],
  [`${prefix}h.0.attn.c_proj.bias`]: [32],
  [`${prefix}h.0.mlp.c_fc.weight`]: [32, 128],
  [`${prefix}h.0.mlp.c_fc.bias`]: [128],
  [`${prefix}h.0.mlp.c_proj.weight`]: [128, 32],
  [`${prefix}h.0.mlp.c_proj.bias`]: [32],
});

describe('names', () => {
  it('are found with and without the prefix of the body, the unembedding never with it', () => {
    for (const prefix of ['model.', '']) {
      const sources = match(llama, { ...llamaTensors(prefix), 'lm_head.weight': [48, 32] });
      expect(sources.get('embedding')?.tensor).toBe(`${prefix}embed_tokens.weight`);
      expect(sources.get('layer.0.attention.key')?.tensor).toBe(`${prefix}layers.0.self_attn.k_proj.weight`);
      expect(sources.get('unembedding')?.tensor).toBe('lm_head.weight');
    }
  });

  it('that repeat what is known are left alone, others are not', () => {
    const tied = { ...llama, tie_word_embeddings: true };
    const repeated = { 'lm_head.weight': [48, 32], 'model.layers.0.self_attn.rotary_emb.inv_freq': [4] };
    expect(match(tied, { ...llamaTensors('model.'), ...repeated }).has('unembedding')).toBe(false);
    expect(() => match(tied, { ...llamaTensors('model.'), 'model.layers.0.adapter.weight': [4] })).toThrow('adapter.weight');
  });

  it('of GPT-2 include masks of older files', () => {
    for (const prefix of ['transformer.', '']) {
      const masks = { [`${prefix}h.0.attn.bias`]: [1, 1, 64, 64], [`${prefix}h.0.attn.masked_bias`]: [1] };
      const sources = match(gpt2, { ...gpt2Tensors(prefix), ...masks });
      expect([...sources.keys()]).toEqual([...weightShapes(readArchitecture(gpt2).spec).keys()]);
    }
  });
});

it('takes GPT-2’s queries, keys and values from one tensor that is stored the other way round', () => {
  const sources = match(gpt2, gpt2Tensors('transformer.'));
  expect(sources.get('layer.0.attention.key')).toEqual({
    tensor: 'transformer.h.0.attn.c_attn.weight',
    shape: [32, 96],
    transpose: true,
    rows: { first: 32, count: 32 },
  });
  expect(sources.get('layer.0.attention.value.bias')).toEqual({
    tensor: 'transformer.h.0.attn.c_attn.bias',
    shape: [96],
    rows: { first: 64, count: 32 },
  });
  expect(sources.get('layer.0.feed-forward.down')).toEqual({
    tensor: 'transformer.h.0.mlp.c_proj.weight',
    shape: [128, 32],
    transpose: true,
  });
});

it.each([
  [{ n_head: 5 }, 'bad-model', '32 cannot be cut into 5'],
  [{ n_positions: undefined }, 'bad-model', '“n_positions”'],
  [{ scale_attn_by_inverse_layer_idx: true }, 'unsupported', 'scaled in another way'],
  [{ add_cross_attention: true }, 'unsupported', 'second text'],
  [{ activation_function: 'relu' }, 'unsupported', '“relu”'],
])('refuses a GPT-2 with %j', (change, code, message) => {
  expect(() => readArchitecture({ ...gpt2, ...change })).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
  );
});
