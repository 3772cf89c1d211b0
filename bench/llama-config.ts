/** Sizes of a Llama of random weights. */
interface LlamaSizes {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly headWidth: number;
  readonly keyValueHeads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly positions: number;
  readonly epsilon: number;
  readonly theta: number;
}

/** Its `config.json`, as a hub publishes one. */
export function llamaConfig(sizes: LlamaSizes) {
  return {
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    hidden_act: 'silu',
    hidden_size: sizes.width,
    intermediate_size: sizes.feedForward,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.heads,
    num_key_value_heads: sizes.keyValueHeads,
    head_dim: sizes.headWidth,
    max_position_embeddings: sizes.positions,
    rms_norm_eps: sizes.epsilon,
    rope_theta: sizes.theta,
    tie_word_embeddings: true,
    vocab_size: sizes.vocabulary,
    eos_token_id: 1,
  };
}
