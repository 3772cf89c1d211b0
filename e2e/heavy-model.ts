import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSmallModel } from './small-model';

const width = 512;
const inner = 1536;
const layers = 3;
/** The words of the small model. */
const vocabulary = 40;

/** Weights between -0.05 and 0.05, the same for the same seed. @source Numerical Recipes' linear congruential generator */
function randomWeights(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32 - 0.5) / 10;
  });
}

/** The small model's words with weights that take 40 MB: enough that leaving it behind is worth an engine. @returns its folder, called `name` */
export function writeHeavyModel(parent: string, name: string, seed: number, positions = 512): string {
  const folder = writeSmallModel(parent, 'words', name);
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  const sizes = {
    hidden_size: width,
    intermediate_size: inner,
    num_hidden_layers: layers,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    head_dim: 64,
    max_position_embeddings: positions,
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, ...sizes }));
  const shapes: [string, number[]][] = [
    ['model.embed_tokens.weight', [vocabulary, width]],
    ['model.norm.weight', [width]],
    ...Array.from({ length: layers }, (_, layer): [string, number[]][] =>
      (
        [
          ['input_layernorm', [width]],
          ['post_attention_layernorm', [width]],
          ['self_attn.q_proj', [512, width]],
          ['self_attn.k_proj', [256, width]],
          ['self_attn.v_proj', [256, width]],
          ['self_attn.o_proj', [width, 512]],
          ['mlp.gate_proj', [inner, width]],
          ['mlp.up_proj', [inner, width]],
          ['mlp.down_proj', [width, inner]],
        ] as const
      ).map(([part, shape]) => [`model.layers.${layer}.${part}.weight`, [...shape]]),
    ).flat(),
  ];
  let place = 0;
  const header: Record<string, unknown> = {};
  const pieces: Buffer[] = [];
  for (const [at, [tensor, shape]] of shapes.entries()) {
    const count = shape.reduce((product, size) => product * size, 1);
    const values = shape.length === 1 ? new Float32Array(count).fill(1) : randomWeights(count, seed + at);
    header[tensor] = { dtype: 'F32', shape, data_offsets: [place, place + values.byteLength] };
    place += values.byteLength;
    pieces.push(Buffer.from(values.buffer));
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  rmSync(join(folder, 'model.safetensors'));
  writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([length, text, ...pieces]));
  return folder;
}
