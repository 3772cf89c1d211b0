import { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import type { DecoderSpec } from '../graph/decoder-spec';

const size = z.number().int().min(1).max(1_000_000);
const positive = z.number().positive();

/** Members of a Hugging Face configuration that fix a decoder of the Llama family; others are ignored. */
const configSchema = z.object({
  model_type: z.string(),
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size.max(1000),
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  hidden_act: z.string().default('silu'),
  rms_norm_eps: positive.default(1e-6),
  rope_theta: positive.nullish(),
  rope_scaling: z.object({ rope_type: z.string().nullish(), type: z.string().nullish() }).nullish(),
  rope_parameters: z.object({ rope_type: z.string().default('default'), rope_theta: positive.nullish() }).nullish(),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  max_position_embeddings: size.nullish(),
  use_sliding_window: z.boolean().nullish(),
  sliding_window: z.number().nullish(),
});
type Config = z.infer<typeof configSchema>;

/** Where the families differ although their configurations look alike. */
const families: Readonly<Record<string, (config: Config) => Pick<DecoderSpec, 'attentionBiases' | 'queryKeyNormalization'>>> = {
  llama: ({ attention_bias: bias }) => ({ attentionBiases: { queryKeyValue: bias, output: bias }, queryKeyNormalization: false }),
  mistral: () => ({ attentionBiases: { queryKeyValue: false, output: false }, queryKeyNormalization: false }),
  qwen2: () => ({ attentionBiases: { queryKeyValue: true, output: false }, queryKeyNormalization: false }),
  qwen3: ({ attention_bias: bias }) => ({ attentionBiases: { queryKeyValue: bias, output: bias }, queryKeyNormalization: true }),
};

/** What a checkpoint's configuration says. */
export interface ModelConfig {
  readonly spec: DecoderSpec;
  /** Positions the model was made for, or null where it does not say. */
  readonly maximumPositions: number | null;
}

const unreadable = (message: string, hint: string): InterlinearError => new InterlinearError('bad-model', `config.json: ${message}`, hint);
const notSupported = (message: string): InterlinearError =>
  new InterlinearError(
    'unsupported',
    `config.json: ${message}`,
    `Models of the families ${Object.keys(families).join(', ')} without such extras can be run.`,
  );

function checkSupported(config: Config): void {
  if (config.hidden_act !== 'silu') throw notSupported(`the activation “${config.hidden_act}” is not supported.`);
  if (config.mlp_bias) throw notSupported('biases in the feed-forward block are not supported.');
  const scaling = config.rope_parameters?.rope_type ?? config.rope_scaling?.rope_type ?? config.rope_scaling?.type ?? 'default';
  if (scaling !== 'default') throw notSupported(`rotary embeddings of type “${scaling}” are not supported.`);
  // Mistral's window has no switch of its own; Qwen's is off unless it is switched on.
  const windowed = config.use_sliding_window ?? (config.model_type === 'mistral' && config.sliding_window != null);
  if (windowed) throw notSupported('attention with a sliding window is not supported.');
}

/**
 * Reads a `config.json` as `transformers` writes it.
 * @throws InterlinearError `bad-model` when it is damaged or contradicts itself, `unsupported` for a model of another kind
 */
export function parseModelConfig(value: unknown): ModelConfig {
  const parsed = configSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw unreadable(
      `“${issue?.path.join('.') ?? ''}”: ${issue?.message ?? 'unreadable'}.`,
      'The model is damaged or of another kind: copy or download it again.',
    );
  }
  const config = parsed.data;
  const family = Object.hasOwn(families, config.model_type) ? families[config.model_type] : undefined;
  if (!family) throw notSupported(`the model family “${config.model_type}” is not supported.`);
  checkSupported(config);

  const heads = config.num_attention_heads;
  const keyValueHeads = config.num_key_value_heads ?? heads;
  const headWidth = config.head_dim ?? config.hidden_size / heads;
  const contradiction = 'The configuration contradicts itself: take it from where the model came from.';
  if (heads % keyValueHeads !== 0)
    throw unreadable(`${heads} attention heads cannot share ${keyValueHeads} heads of keys and values.`, contradiction);
  if (!Number.isInteger(headWidth)) throw unreadable(`a width of ${config.hidden_size} cannot be cut into ${heads} heads.`, contradiction);
  if (headWidth % 2 !== 0) throw unreadable(`rotary embeddings need an even head width, not ${headWidth}.`, contradiction);
  const spec: DecoderSpec = {
    layers: config.num_hidden_layers,
    width: config.hidden_size,
    heads,
    keyValueHeads,
    headWidth,
    innerWidth: config.intermediate_size,
    vocabulary: config.vocab_size,
    normalization: { kind: 'rms', epsilon: config.rms_norm_eps },
    rotary: { theta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000 },
    activation: 'silu',
    tiedUnembedding: config.tie_word_embeddings,
    ...family(config),
  };
  return { spec, maximumPositions: config.max_position_embeddings ?? null };
}
