import { InterlinearError } from '../../contract/errors';
import type { DecoderSpec } from '../../graph/decoder-spec';
import { type ElementType, toFloat32 } from '../element-types';
import { writeSafetensors } from '../safetensors';
import { parseSafetensorsHeader } from '../safetensors-header';
import type { ModelReference } from './model-reference';

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Writes `ids` I32 [T], `residual` F32 [layers + 1, T, D] and, where all layers were computed, `logits` F32 [V]. */
export async function writeReference(path: string, { ids, layers, residual, logits }: ModelReference): Promise<void> {
  const width = residual.length / ((layers + 1) * ids.length);
  await writeSafetensors(path, [
    { name: 'ids', dtype: 'I32', shape: [ids.length], data: bytesOf(Int32Array.from(ids)) },
    { name: 'residual', dtype: 'F32', shape: [layers + 1, ids.length, width], data: bytesOf(residual) },
    ...(logits ? [{ name: 'logits', dtype: 'F32', shape: [logits.length], data: bytesOf(logits) } as const] : []),
  ]);
}

/**
 * @param file the whole file
 * @throws InterlinearError `bad-model` for one that is damaged or of another model
 */
export function readReference(file: Uint8Array, spec: DecoderSpec): ModelReference {
  const { tensors } = parseSafetensorsHeader(file, file.byteLength);
  const [positions = 0] = tensors.get('ids')?.shape ?? [];
  const layers = (tensors.get('residual')?.shape[0] ?? 0) - 1;
  const take = (name: string, dtype: ElementType, ...shape: readonly number[]): Uint8Array<ArrayBuffer> => {
    const tensor = tensors.get(name);
    if (tensor?.dtype !== dtype || tensor.shape.join() !== shape.join()) throw foreign();
    return Uint8Array.from(file.subarray(tensor.offset, tensor.offset + tensor.byteLength));
  };
  const ids = [...new Int32Array(take('ids', 'I32', positions).buffer)];
  if (positions < 1 || layers < 1 || layers > spec.layers || !ids.every((id) => id >= 0 && id < spec.vocabulary)) throw foreign();
  return {
    ids,
    layers,
    residual: toFloat32('F32', take('residual', 'F32', layers + 1, positions, spec.width)),
    logits: layers === spec.layers ? toFloat32('F32', take('logits', 'F32', spec.vocabulary)) : null,
  };
}

function foreign(): InterlinearError {
  return new InterlinearError('bad-model', 'The reference is not of this model.', 'The model is damaged: remove it and add it again.');
}
