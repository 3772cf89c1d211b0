import { z } from 'zod';
import type { RotarySpec } from '../../graph/decoder-spec';
import type { GgufDescription } from './gguf-description';
import { notSupported, type Place, unreadable } from './problems';
import { frequencyFactors, type RotaryScaling, yarnMagnitude } from './rotary-scaling';

const place: Place = 'GGUF metadata';
const positive = z.number().positive();
const optional = positive.optional();

/** Llama 3 models carry their frequency factors as a tensor instead of the parameters they follow from. */
const factorsTensor = 'rope_freqs.weight';

async function storedFactors(gguf: GgufDescription, pairs: number): Promise<readonly number[] | undefined> {
  const tensor = gguf.file.tensors.get(factorsTensor);
  if (!tensor) return undefined;
  const redo = 'The file is damaged or of another kind: download it again.';
  if (tensor.type !== 'F32' || tensor.shape.length !== 1 || tensor.shape[0] !== pairs)
    throw unreadable(place, `“${factorsTensor}” should hold ${pairs} F32 numbers.`, redo);
  const bytes = await tensor.rows();
  const factors = [...new Float32Array(bytes.slice().buffer)];
  if (!factors.every((factor) => Number.isFinite(factor) && factor > 0))
    throw unreadable(place, `“${factorsTensor}” should hold positive numbers.`, redo);
  return factors;
}

function scalingOf(gguf: GgufDescription, contextLength: number): RotaryScaling {
  const legacy = gguf.get('rope.scale_linear', optional) ?? 1;
  const kind = gguf.get('rope.scaling.type', z.string().optional()) ?? (legacy === 1 ? 'none' : 'linear');
  const factor = gguf.get('rope.scaling.factor', z.number().min(0).optional()) ?? legacy;
  switch (kind) {
    case 'none':
      return { kind: 'none' };
    case 'linear':
      return factor === 0 ? { kind: 'none' } : { kind: 'linear', factor };
    case 'yarn':
      return {
        kind: 'yarn',
        factor: factor === 0 ? 1 : factor,
        originalPositions: gguf.get('rope.scaling.original_context_length', optional) ?? contextLength,
        fast: gguf.get('rope.scaling.yarn_beta_fast', optional) ?? 32,
        slow: gguf.get('rope.scaling.yarn_beta_slow', optional) ?? 1,
        wholePairs: true,
      };
    default:
      throw notSupported(place, `rotary embeddings of type “${kind}” are not supported.`);
  }
}

/**
 * Rotary embeddings of a GGUF file.
 * @throws InterlinearError `unsupported` for a kind that cannot be run, `bad-model` for one without its parameters
 */
export async function rotaryFromGguf(gguf: GgufDescription, headWidth: number, contextLength: number): Promise<RotarySpec> {
  const turned = gguf.get('rope.dimension_count', optional) ?? headWidth;
  if (turned !== headWidth) throw notSupported(place, 'rotary embeddings of a part of each head are not supported.');
  const theta = gguf.get('rope.freq_base', optional) ?? 10_000;
  const scaling = scalingOf(gguf, contextLength);
  const computed = frequencyFactors(scaling, theta, headWidth);
  const stored = await storedFactors(gguf, headWidth / 2);
  const factors = stored && computed ? stored.map((factor, pair) => factor * (computed[pair] ?? 1)) : (stored ?? computed);
  const attention = (gguf.get('rope.scaling.attn_factor', optional) ?? 1) * (gguf.get('rope.scaling.yarn_attn_factor', optional) ?? 1);
  const magnitude = attention * (scaling.kind === 'yarn' ? yarnMagnitude(scaling.factor) : 1);
  return { kind: 'rotary', theta, ...(factors && { frequencyFactors: factors }), ...(magnitude !== 1 && { magnitude }) };
}
