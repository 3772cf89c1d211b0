import { InterlinearError } from '../contract/errors';
import { type DecoderSpec, type WeightName, weightShapes } from '../graph/decoder-spec';
import type { WeightPlace, Weights } from '../graph/graph-builder';
import { elementBytes, toFloat32 } from './element-types';
import { parseSafetensorsHeader, type TensorEntry } from './safetensors-header';

/** Names inside a layer: ours and those of the Llama family's checkpoints. */
const layerNames: ReadonlyMap<string, string> = new Map([
  ['attention.norm', 'input_layernorm.weight'],
  ['attention.query', 'self_attn.q_proj.weight'],
  ['attention.key', 'self_attn.k_proj.weight'],
  ['attention.value', 'self_attn.v_proj.weight'],
  ['attention.output', 'self_attn.o_proj.weight'],
  ['attention.query.bias', 'self_attn.q_proj.bias'],
  ['attention.key.bias', 'self_attn.k_proj.bias'],
  ['attention.value.bias', 'self_attn.v_proj.bias'],
  ['attention.output.bias', 'self_attn.o_proj.bias'],
  ['attention.query.norm', 'self_attn.q_norm.weight'],
  ['attention.key.norm', 'self_attn.k_norm.weight'],
  ['feed-forward.norm', 'post_attention_layernorm.weight'],
  ['feed-forward.gate', 'mlp.gate_proj.weight'],
  ['feed-forward.up', 'mlp.up_proj.weight'],
  ['feed-forward.down', 'mlp.down_proj.weight'],
]);

const outerNames: ReadonlyMap<string, string> = new Map([
  ['embedding', 'model.embed_tokens.weight'],
  ['final.norm', 'model.norm.weight'],
  ['unembedding', 'lm_head.weight'],
]);

/** What a checkpoint calls one of the graph's weights. */
function checkpointName(weight: WeightName): string {
  const [, layer, inside] = /^layer\.(\d+)\.(.+)$/u.exec(weight) ?? [];
  const name = inside === undefined ? outerNames.get(weight) : layerNames.get(inside);
  if (name === undefined) throw new Error(`The weight '${weight}' has no name in checkpoints`);
  return inside === undefined ? name : `model.layers.${layer}.${name}`;
}

/** Tensors some checkpoints carry although they follow from the configuration or from other tensors. */
function isRedundant(name: string, spec: DecoderSpec): boolean {
  return name.endsWith('rotary_emb.inv_freq') || (spec.tiedUnembedding && name === 'lm_head.weight');
}

const contradiction = 'config.json and model.safetensors do not belong together: copy or download the model again.';

/** @throws InterlinearError naming the first tensor at odds with the configuration, its shape there and here */
function matchTensors(tensors: ReadonlyMap<string, TensorEntry>, spec: DecoderSpec): Map<WeightName, TensorEntry> {
  const matched = new Map<WeightName, TensorEntry>();
  const known = new Set<string>();
  for (const [weight, shape] of weightShapes(spec)) {
    const name = checkpointName(weight);
    known.add(name);
    const tensor = tensors.get(name);
    const expected = `[${shape.join(', ')}]`;
    if (!tensor)
      throw new InterlinearError('bad-model', `Tensor “${name}” of shape ${expected} is missing from the weights.`, contradiction);
    const found = `[${tensor.shape.join(', ')}]`;
    if (found !== expected) {
      throw new InterlinearError(
        'bad-model',
        `Tensor “${name}”: the configuration asks for shape ${expected}, the weights hold ${found}.`,
        contradiction,
      );
    }
    if (!['F32', 'F16', 'BF16'].includes(tensor.dtype)) {
      throw new InterlinearError('unsupported', `Tensor “${name}” holds ${tensor.dtype}.`, 'Weights in F32, F16 or BF16 can be run.');
    }
    matched.set(weight, tensor);
  }
  for (const name of tensors.keys()) {
    if (known.has(name) || isRedundant(name, spec)) continue;
    throw new InterlinearError('bad-model', `The weights hold a tensor “${name}” of which the configuration says nothing.`, contradiction);
  }
  return matched;
}

/**
 * The weights of a checkpoint in the Llama family's names, checked against the specification.
 * @param file the whole safetensors file; used where it lies when it holds 32-bit floats, else widened into a copy
 * @throws InterlinearError `bad-model` for a damaged file or one that contradicts the specification
 */
export function readWeights(file: Uint8Array, spec: DecoderSpec): Weights {
  const tensors = matchTensors(parseSafetensorsHeader(file, file.byteLength).tensors, spec);
  const entries = [...tensors];
  if (entries.every(([, { dtype, offset }]) => dtype === 'F32' && offset % elementBytes.F32 === 0)) {
    return { bytes: file, places: tensors };
  }
  const places = new Map<WeightName, WeightPlace>();
  let end = 0;
  for (const [weight, { shape, dtype, byteLength }] of entries) {
    const widened = (byteLength / elementBytes[dtype]) * elementBytes.F32;
    places.set(weight, { shape, offset: end, byteLength: widened });
    end += widened;
  }
  const bytes = new Uint8Array(end);
  for (const [weight, { dtype, offset, byteLength }] of entries) {
    const values = toFloat32(dtype, file.subarray(offset, offset + byteLength));
    bytes.set(new Uint8Array(values.buffer), places.get(weight)?.offset ?? 0);
  }
  return { bytes, places };
}
