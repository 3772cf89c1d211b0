import { z } from 'zod';
import type { DecoderSpec } from '../../graph/decoder-spec';
import { activationFromConfig } from './activation-names';
import type { ArchitectureEntry, Description } from './architecture';
import { parseConfig, size } from './config-schema';
import { headSizes } from './decoder-sizes';
import type { GgufDescription } from './gguf-description';
import { notSupported, type Place } from './problems';
import { withBias } from './rule-with-bias';
import type { NameTable, WeightRule } from './weight-source';

const positive = z.number().positive();

/** Members of GPT-2's configuration, which has names of its own; others are ignored. */
const configSchema = z.object({
  vocab_size: size,
  n_embd: size,
  n_inner: size.nullish(),
  n_layer: size.max(1000),
  n_head: size,
  n_positions: size,
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: positive.default(1e-5),
  tie_word_embeddings: z.boolean().default(true),
  scale_attn_weights: z.boolean().default(true),
  scale_attn_by_inverse_layer_idx: z.boolean().default(false),
  add_cross_attention: z.boolean().default(false),
});

/** What all of GPT-2's kind have in common. */
const form = {
  gatedFeedForward: false,
  feedForwardBiases: true,
  attentionBiases: { queryKeyValue: true, output: true },
  queryKeyNormalization: false,
} as const satisfies Partial<DecoderSpec>;

function fromConfig(value: unknown): Description {
  const place: Place = 'config.json';
  const config = parseConfig(configSchema, value);
  if (!config.scale_attn_weights || config.scale_attn_by_inverse_layer_idx)
    throw notSupported(place, 'attention scaled in another way is not supported.');
  if (config.add_cross_attention) throw notSupported(place, 'attention to a second text is not supported.');
  return {
    spec: {
      ...form,
      layers: config.n_layer,
      ...headSizes(place, config.n_embd, config.n_head, {}),
      innerWidth: config.n_inner ?? 4 * config.n_embd,
      vocabulary: config.vocab_size,
      normalization: { kind: 'layer', epsilon: config.layer_norm_epsilon },
      positions: { kind: 'learned', count: config.n_positions },
      activation: activationFromConfig(config.activation_function),
      tiedUnembedding: config.tie_word_embeddings,
    },
    maximumPositions: config.n_positions,
    notes: [],
  };
}

async function fromGguf(gguf: GgufDescription): Promise<Description> {
  const [positions] = gguf.matrix('position_embd.weight');
  return Promise.resolve({
    spec: {
      ...form,
      layers: gguf.get('block_count', size.max(1000)),
      ...headSizes('GGUF metadata', gguf.get('embedding_length', size), gguf.get('attention.head_count', size), {}),
      innerWidth: gguf.get('feed_forward_length', size),
      vocabulary: gguf.matrix('token_embd.weight')[0],
      normalization: { kind: 'layer', epsilon: gguf.get('attention.layer_norm_epsilon', positive) },
      positions: { kind: 'learned', count: positions },
      activation: 'gelu-tanh',
      tiedUnembedding: !gguf.has('output.weight'),
    },
    maximumPositions: positions,
    notes: [],
  });
}

/** Queries, keys and values are stored as one. */
function attentionInputs(name: string, rule: Omit<WeightRule, 'name' | 'part'> = {}): [string, WeightRule][] {
  return ['query', 'key', 'value'].flatMap((weight, index) => withBias(`attention.${weight}`, name, { ...rule, part: { index, of: 3 } }));
}

/** transformers keeps GPT-2's matrices [input, output], as its first release did. */
const configNames: NameTable = {
  prefixes: ['transformer.', ''],
  layer: (layer) => `h.${layer}.`,
  inside: new Map([
    ...withBias('attention.norm', 'ln_1'),
    ...attentionInputs('attn.c_attn', { transposed: true }),
    ...withBias('attention.output', 'attn.c_proj', { transposed: true }),
    ...withBias('feed-forward.norm', 'ln_2'),
    ...withBias('feed-forward.up', 'mlp.c_fc', { transposed: true }),
    ...withBias('feed-forward.down', 'mlp.c_proj', { transposed: true }),
  ]),
  outside: new Map([
    ['embedding', { name: 'wte.weight' }],
    ['positions', { name: 'wpe.weight' }],
    ...withBias('final.norm', 'ln_f'),
    ['unembedding', { name: 'lm_head.weight' }],
  ]),
  unprefixed: new Set(['unembedding']),
  // Causal masks, which older checkpoints carry.
  redundant: /\.attn\.(?:masked_)?bias$/u,
  contradiction: 'config.json and model.safetensors do not belong together: copy or download the model again.',
};

const ggufNames: NameTable = {
  prefixes: [''],
  layer: (layer) => `blk.${layer}.`,
  inside: new Map([
    ...withBias('attention.norm', 'attn_norm'),
    ...attentionInputs('attn_qkv'),
    ...withBias('attention.output', 'attn_output'),
    ...withBias('feed-forward.norm', 'ffn_norm'),
    ...withBias('feed-forward.up', 'ffn_up'),
    ...withBias('feed-forward.down', 'ffn_down'),
  ]),
  outside: new Map([
    ['embedding', { name: 'token_embd.weight' }],
    ['positions', { name: 'position_embd.weight' }],
    ...withBias('final.norm', 'output_norm'),
    ['unembedding', { name: 'output.weight' }],
  ]),
  unprefixed: new Set(['unembedding']),
  redundant: /^$/u,
  contradiction: 'The file is damaged or of another kind: download it again.',
};

/** GPT-2 and DistilGPT-2: learned positions, LayerNorm, biases everywhere, a feed-forward block without a gate. */
export const gpt2: ArchitectureEntry = { name: 'gpt2', fromConfig, configNames, fromGguf, ggufNames };
