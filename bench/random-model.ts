import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '../main/models/safetensors';
import { randomStream } from '../main/runtime/random';
import { llamaConfig } from './llama-config';

/** Sizes of a small Llama: a vocabulary too large for every layer's lens to be read as it goes, positions enough for a very long run. */
const sizes = { layers: 4, width: 128, heads: 4, headWidth: 32, keyValueHeads: 1, feedForward: 256, vocabulary: 8_200, positions: 40_000 };

const bytesOf = (values: Float32Array<ArrayBuffer>): Uint8Array => new Uint8Array(values.buffer);

/** Texts of the tokens of a vocabulary of so many words; the first two are special. */
export function randomTokens(vocabulary: number): string[] {
  return ['<unk>', '<end>', ...Array.from({ length: vocabulary - 2 }, (_, i) => i.toString(36))];
}

/** As `tokenizer.json`: a token a word. */
export function randomTokenizer(vocabulary: number): object {
  const tokens = randomTokens(vocabulary);
  return {
    version: '1.0',
    added_tokens: tokens.slice(0, 2).map((content, id) => ({
      id,
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), unk_token: '<unk>' },
  };
}

/** A text model with random weights as a hub publishes one, which writes random words. @returns its folder */
export async function writeRandomModel(parent: string): Promise<string> {
  const folder = join(parent, 'random-llama');
  await mkdir(folder, { recursive: true });
  const { layers, width, heads, headWidth, keyValueHeads, feedForward, vocabulary } = sizes;
  const config = llamaConfig({ ...sizes, epsilon: 1e-6, theta: 10_000 });
  const uniform = randomStream(7, 0, 0);
  const matrix = (name: string, ...shape: readonly number[]) => ({
    name,
    dtype: 'F32' as const,
    shape,
    data: bytesOf(Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => (uniform() - 0.5) / 4)),
  });
  const norm = (name: string) => ({ name, dtype: 'F32' as const, shape: [width], data: bytesOf(new Float32Array(width).fill(1)) });
  const tensors = Array.from({ length: layers }, (_, layer) => {
    const at = `model.layers.${layer}`;
    return [
      norm(`${at}.input_layernorm.weight`),
      norm(`${at}.post_attention_layernorm.weight`),
      matrix(`${at}.self_attn.q_proj.weight`, heads * headWidth, width),
      matrix(`${at}.self_attn.k_proj.weight`, keyValueHeads * headWidth, width),
      matrix(`${at}.self_attn.v_proj.weight`, keyValueHeads * headWidth, width),
      matrix(`${at}.self_attn.o_proj.weight`, width, heads * headWidth),
      matrix(`${at}.mlp.gate_proj.weight`, feedForward, width),
      matrix(`${at}.mlp.up_proj.weight`, feedForward, width),
      matrix(`${at}.mlp.down_proj.weight`, width, feedForward),
    ];
  }).flat();
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(randomTokenizer(vocabulary)));
  await writeSafetensors(join(folder, 'model.safetensors'), [
    matrix('model.embed_tokens.weight', vocabulary, width),
    norm('model.norm.weight'),
    ...tensors,
  ]);
  return folder;
}
