import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageType } from '../main/models/checkpoint';
import { SafetensorsSink } from '../main/models/convert/safetensors-sink';
import { type Value, type WrittenTensor, writeGguf } from '../main/models/gguf/testing/write-gguf';
import { encodeHalf } from '../main/models/half';
import { storageBlocks } from '../main/models/quantization/storage-blocks';
import { randomStream } from '../main/runtime/random';
import { llamaConfig } from './llama-config';
import { randomTokenizer, randomTokens } from './random-model';

/** Widths of Llama 3.2 1B; layers are added until the file is as large as it should be. */
const sizes = { width: 2048, heads: 32, headWidth: 64, keyValueHeads: 8, feedForward: 8192, vocabulary: 128_256, positions: 8192 };

interface Part {
  readonly name: string;
  readonly gguf: string;
  readonly shape: readonly number[];
}

/** The tensors of a Llama, by their names in both formats. */
function parts(layers: number): Part[] {
  const { width, heads, headWidth, keyValueHeads, feedForward, vocabulary } = sizes;
  const inLayer = (layer: number): Part[] =>
    (
      [
        ['input_layernorm', 'attn_norm', width],
        ['post_attention_layernorm', 'ffn_norm', width],
        ['self_attn.q_proj', 'attn_q', heads * headWidth, width],
        ['self_attn.k_proj', 'attn_k', keyValueHeads * headWidth, width],
        ['self_attn.v_proj', 'attn_v', keyValueHeads * headWidth, width],
        ['self_attn.o_proj', 'attn_output', width, heads * headWidth],
        ['mlp.gate_proj', 'ffn_gate', feedForward, width],
        ['mlp.up_proj', 'ffn_up', feedForward, width],
        ['mlp.down_proj', 'ffn_down', width, feedForward],
      ] as const
    ).map(([name, gguf, ...shape]) => ({ name: `model.layers.${layer}.${name}.weight`, gguf: `blk.${layer}.${gguf}.weight`, shape }));
  return [
    { name: 'model.embed_tokens.weight', gguf: 'token_embd.weight', shape: [vocabulary, width] },
    { name: 'model.norm.weight', gguf: 'output_norm.weight', shape: [width] },
    ...Array.from({ length: layers }, (_, layer) => inLayer(layer)).flat(),
  ];
}

const elementsOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const bytesOf = (shape: readonly number[], type: StorageType): number =>
  (elementsOf(shape) / storageBlocks[type].elements) * storageBlocks[type].bytes;

/** Layers that make a file of at least so many bytes. */
function layersFor(bytes: number, type: StorageType): number {
  const sum = (layers: number): number => parts(layers).reduce((total, { shape }) => total + bytesOf(shape, type), 0);
  return Math.ceil((bytes - sum(0)) / (sum(1) - sum(0)));
}

/** A stretch of weights that is written over and over: what the numbers are costs an import nothing. @returns about a megabyte, whole blocks */
function stretch(type: 'BF16' | 'Q8_0'): Buffer {
  const uniform = randomStream(7, 0, 0);
  if (type === 'BF16') {
    const floats = Float32Array.from({ length: 1 << 19 }, () => (uniform() - 0.5) / 16);
    const halves = new Uint16Array(floats.buffer);
    return Buffer.from(Uint16Array.from({ length: floats.length }, (_, i) => halves[2 * i + 1] ?? 0).buffer);
  }
  const bytes = Buffer.from(Uint8Array.from({ length: 34 * 30_000 }, () => Math.floor(256 * uniform())));
  const scale = encodeHalf(Float32Array.of(1 / 4096));
  for (let at = 0; at < bytes.length; at += 34) bytes.set(scale, at);
  return bytes;
}

/** Calls back with pieces that together have so many bytes. */
async function pieces(of: Buffer, bytes: number, write: (piece: Buffer, at: number) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < bytes; at += of.length) await write(of.subarray(0, Math.min(of.length, bytes - at)), at);
}

const ones = (count: number): Buffer => Buffer.from(new Float32Array(count).fill(1).buffer);

/** A folder as a hub publishes one: BF16 in two files and their index. @param bytes of the weights, at least @returns its path */
export async function writeLargeFolder(parent: string, bytes: number): Promise<string> {
  const folder = join(parent, 'large-llama');
  await mkdir(folder, { recursive: true });
  const layers = layersFor(bytes, 'BF16');
  const config = llamaConfig({ ...sizes, layers, epsilon: 1e-5, theta: 500_000 });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(randomTokenizer(sizes.vocabulary)));
  const all = parts(layers);
  const shards = [all.slice(0, all.length >> 1), all.slice(all.length >> 1)];
  const weights = stretch('BF16');
  const weight_map: Record<string, string> = {};
  for (const [i, shard] of shards.entries()) {
    const file = `model-0000${i + 1}-of-00002.safetensors`;
    const sink = await SafetensorsSink.create(
      join(folder, file),
      shard.map(({ name, shape }) => ({ name, shape, dtype: shape.length === 1 ? 'F32' : 'BF16' })),
      { format: 'pt' },
    );
    for (const { name, shape } of shard) {
      weight_map[name] = file;
      if (shape.length === 1) await sink.write(name, ones(elementsOf(shape)));
      else await pieces(weights, bytesOf(shape, 'BF16'), async (piece, at) => sink.write(name, piece, at));
    }
    await sink.close();
  }
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map }));
  return folder;
}

/** The same kind of model as one GGUF file in Q8_0. @param bytes of the file, at least @returns its path */
export async function writeLargeGguf(parent: string, bytes: number): Promise<string> {
  const path = join(parent, 'large-llama.gguf');
  const layers = layersFor(bytes, 'Q8_0');
  const { width, heads, keyValueHeads, feedForward, vocabulary, positions } = sizes;
  const metadata: [string, Value][] = [
    ['general.architecture', ['string', 'llama']],
    ['llama.block_count', ['u32', layers]],
    ['llama.context_length', ['u32', positions]],
    ['llama.embedding_length', ['u32', width]],
    ['llama.feed_forward_length', ['u32', feedForward]],
    ['llama.attention.head_count', ['u32', heads]],
    ['llama.attention.head_count_kv', ['u32', keyValueHeads]],
    ['llama.attention.layer_norm_rms_epsilon', ['f32', 1e-5]],
    ['llama.rope.freq_base', ['f32', 500_000]],
    ['tokenizer.ggml.model', ['string', 'gpt2']],
    ['tokenizer.ggml.pre', ['string', 'llama-bpe']],
    ['tokenizer.ggml.tokens', ['array', 'string', randomTokens(vocabulary).map((token) => ['string', token] as const)]],
    ['tokenizer.ggml.token_type', ['array', 'i32', Array.from({ length: vocabulary }, (_, id) => ['i32', id < 2 ? 3 : 1] as const)]],
    ['tokenizer.ggml.merges', ['array', 'string', []]],
    ['tokenizer.ggml.eos_token_id', ['u32', 1]],
  ];
  let end = 0;
  const tensors = parts(layers).map(({ gguf, shape }): WrittenTensor & { readonly offset: number; readonly type: 'F32' | 'Q8_0' } => {
    const type = shape.length === 1 ? 'F32' : 'Q8_0';
    const offset = end;
    end = Math.ceil((end + bytesOf(shape, type)) / 32) * 32;
    return { name: gguf, shape, type, offset };
  });
  const head = writeGguf({ metadata, tensors });
  const weights = stretch('Q8_0');
  const file = await open(path, 'wx');
  try {
    await file.truncate(head.length + end);
    await file.write(head, 0, head.length, 0);
    for (const { shape, type, offset } of tensors) {
      const sizes = shape.map(Number);
      const data = type === 'F32' ? ones(elementsOf(sizes)) : weights;
      await pieces(data, bytesOf(sizes, type), async (piece, at) => file.write(piece, 0, piece.length, head.length + offset + at));
    }
  } finally {
    await file.close();
  }
  return path;
}
