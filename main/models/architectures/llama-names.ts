import { withBias } from './rule-with-bias';
import type { NameTable } from './weight-source';

/** The Llama family as transformers saves it. */
export const llamaConfigNames: NameTable = {
  prefixes: ['model.', ''],
  layer: (layer) => `layers.${layer}.`,
  inside: new Map([
    ['attention.norm', { name: 'input_layernorm.weight' }],
    ...withBias('attention.query', 'self_attn.q_proj'),
    ...withBias('attention.key', 'self_attn.k_proj'),
    ...withBias('attention.value', 'self_attn.v_proj'),
    ...withBias('attention.output', 'self_attn.o_proj'),
    ['attention.query.norm', { name: 'self_attn.q_norm.weight' }],
    ['attention.key.norm', { name: 'self_attn.k_norm.weight' }],
    ['feed-forward.norm', { name: 'post_attention_layernorm.weight' }],
    ...withBias('feed-forward.gate', 'mlp.gate_proj'),
    ...withBias('feed-forward.up', 'mlp.up_proj'),
    ...withBias('feed-forward.down', 'mlp.down_proj'),
  ]),
  outside: new Map([
    ['embedding', { name: 'embed_tokens.weight' }],
    ['final.norm', { name: 'norm.weight' }],
    ['unembedding', { name: 'lm_head.weight' }],
  ]),
  unprefixed: new Set(['unembedding']),
  redundant: /rotary_emb\.inv_freq$/u,
  contradiction: 'config.json and model.safetensors do not belong together: copy or download the model again.',
};

/**
 * The Llama family as llama.cpp's converter names it.
 * @param pairedRows whether that converter reordered the rows of queries and keys, as it does for Llama and Mistral
 */
export function llamaGgufNames(pairedRows: boolean): NameTable {
  const turned = pairedRows ? { pairedRows } : {};
  return {
    prefixes: [''],
    layer: (layer) => `blk.${layer}.`,
    inside: new Map([
      ['attention.norm', { name: 'attn_norm.weight' }],
      ...withBias('attention.query', 'attn_q', turned),
      ...withBias('attention.key', 'attn_k', turned),
      ...withBias('attention.value', 'attn_v'),
      ...withBias('attention.output', 'attn_output'),
      ['attention.query.norm', { name: 'attn_q_norm.weight' }],
      ['attention.key.norm', { name: 'attn_k_norm.weight' }],
      ['feed-forward.norm', { name: 'ffn_norm.weight' }],
      ...withBias('feed-forward.gate', 'ffn_gate'),
      ...withBias('feed-forward.up', 'ffn_up'),
      ...withBias('feed-forward.down', 'ffn_down'),
    ]),
    outside: new Map([
      ['embedding', { name: 'token_embd.weight' }],
      ['final.norm', { name: 'output_norm.weight' }],
      ['unembedding', { name: 'output.weight' }],
    ]),
    unprefixed: new Set(['unembedding']),
    redundant: /^rope_freqs\.weight$|\.attn_rot_embd$/u,
    contradiction: 'The file is damaged or of another kind: download it again.',
  };
}
