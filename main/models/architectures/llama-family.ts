import { z } from 'zod';
import type { AttentionBiases } from '../../graph/decoder-spec';
import { activationFromConfig } from './activation-names';
import type { ArchitectureEntry, Description } from './architecture';
import { rotaryFromConfig, rotaryMembers } from './config-rotary';
import { parseConfig, size } from './config-schema';
import { checkRotaryWidth, headSizes } from './decoder-sizes';
import type { GgufDescription } from './gguf-description';
import { rotaryFromGguf } from './gguf-rotary';
import { llamaConfigNames, llamaGgufNames } from './llama-names';
import { notSupported, type Place } from './problems';

const positive = z.number().positive();

/** Members of a Hugging Face configuration that fix a decoder of the Llama family; others are ignored. */
const configSchema = z.object({
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size.max(1000),
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  hidden_act: z.string().default('silu'),
  rms_norm_eps: positive.default(1e-6),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  use_sliding_window: z.boolean().nullish(),
  sliding_window: z.number().int().min(1).max(1e9).nullish(),
  ...rotaryMembers,
});
type Config = z.infer<typeof configSchema>;

/** Where the members of the family differ although their configurations look alike. */
interface Traits {
  readonly name: string;
  /** What `attention_bias` means. */
  readonly biases: (attentionBias: boolean) => AttentionBiases;
  readonly queryKeyNormalization: boolean;
  /** Window of attention where the configuration does not say; null where it takes `use_sliding_window` to have one. */
  readonly window: number | null;
  /** llama.cpp's converter has reordered the rows of queries and keys. */
  readonly pairedRows: boolean;
}

/** Attention without a window reads the same as one with it, as long as the text fits into the window. */
function windowed(maximumPositions: number | null, window: number | null): Pick<Description, 'maximumPositions' | 'notes'> {
  if (window === null || (maximumPositions !== null && maximumPositions <= window)) return { maximumPositions, notes: [] };
  const made = maximumPositions === null ? 'longer texts' : `texts of ${maximumPositions} tokens`;
  return {
    maximumPositions: window,
    notes: [
      `Texts of at most ${window} tokens can be read: the model was made for ${made} through a sliding window, which is not supported.`,
    ],
  };
}

function fromConfig(traits: Traits, config: Config): Description {
  const place: Place = 'config.json';
  const sizes = headSizes(place, config.hidden_size, config.num_attention_heads, {
    keyValueHeads: config.num_key_value_heads,
    headWidth: config.head_dim,
  });
  checkRotaryWidth(place, sizes.headWidth);
  const usesWindow = config.use_sliding_window ?? traits.window !== null;
  const window = config.sliding_window === undefined ? traits.window : config.sliding_window;
  return {
    spec: {
      layers: config.num_hidden_layers,
      ...sizes,
      innerWidth: config.intermediate_size,
      vocabulary: config.vocab_size,
      normalization: { kind: 'rms', epsilon: config.rms_norm_eps },
      positions: rotaryFromConfig(config, sizes.headWidth),
      activation: activationFromConfig(config.hidden_act),
      gatedFeedForward: true,
      feedForwardBiases: config.mlp_bias,
      attentionBiases: traits.biases(config.attention_bias),
      queryKeyNormalization: traits.queryKeyNormalization,
      tiedUnembedding: config.tie_word_embeddings,
    },
    ...windowed(config.max_position_embeddings ?? null, usesWindow ? window : null),
  };
}

async function fromGguf(traits: Traits, gguf: GgufDescription): Promise<Description> {
  const place: Place = 'GGUF metadata';
  if ((gguf.get('expert_count', z.number().optional()) ?? 0) > 0) throw notSupported(place, 'mixtures of experts are not supported.');
  const sizes = headSizes(place, gguf.get('embedding_length', size), gguf.get('attention.head_count', size), {
    keyValueHeads: gguf.get('attention.head_count_kv', size.optional()),
    headWidth: gguf.get('attention.key_length', size.optional()),
  });
  checkRotaryWidth(place, sizes.headWidth);
  if ((gguf.get('attention.value_length', size.optional()) ?? sizes.headWidth) !== sizes.headWidth)
    throw notSupported(place, 'keys and values of different widths are not supported.');
  const contextLength = gguf.get('context_length', size.max(1e9));
  return {
    spec: {
      layers: gguf.get('block_count', size.max(1000)),
      ...sizes,
      innerWidth: gguf.get('feed_forward_length', size),
      vocabulary: gguf.matrix('token_embd.weight')[0],
      normalization: { kind: 'rms', epsilon: gguf.get('attention.layer_norm_rms_epsilon', positive) },
      positions: await rotaryFromGguf(gguf, sizes.headWidth, contextLength),
      activation: 'silu',
      gatedFeedForward: true,
      feedForwardBiases: gguf.has('blk.0.ffn_down.bias'),
      attentionBiases: { queryKeyValue: gguf.has('blk.0.attn_q.bias'), output: gguf.has('blk.0.attn_output.bias') },
      queryKeyNormalization: traits.queryKeyNormalization,
      tiedUnembedding: !gguf.has('output.weight'),
    },
    ...windowed(contextLength, gguf.get('attention.sliding_window', size.optional()) ?? null),
  };
}

const entry = (traits: Traits): ArchitectureEntry => ({
  name: traits.name,
  fromConfig: (config) => fromConfig(traits, parseConfig(configSchema, config)),
  configNames: llamaConfigNames,
  fromGguf: async (gguf) => fromGguf(traits, gguf),
  ggufNames: llamaGgufNames(traits.pairedRows),
});

const both = (bias: boolean): AttentionBiases => ({ queryKeyValue: bias, output: bias });

/** Llama 1 to 3, SmolLM2 and all that took over its form. */
export const llama = entry({ name: 'llama', biases: both, queryKeyNormalization: false, window: null, pairedRows: true });

/** As `llama`, in texts that fit into its window. GGUF files say `llama`. */
export const mistral = entry({
  name: 'mistral',
  biases: () => both(false),
  queryKeyNormalization: false,
  window: 4096,
  pairedRows: true,
});

/** Qwen 2 and 2.5: queries, keys and values have biases whatever the configuration says. */
export const qwen2 = entry({
  name: 'qwen2',
  biases: () => ({ queryKeyValue: true, output: false }),
  queryKeyNormalization: false,
  window: null,
  pairedRows: false,
});

/** Qwen 3: queries and keys are normalised per head. */
export const qwen3 = entry({ name: 'qwen3', biases: both, queryKeyNormalization: true, window: null, pairedRows: false });
