import { closeSync, openSync, readSync } from 'node:fs';
import { InterlinearError } from '../contract/errors';
import { type DecoderSpec, weightShapes } from '../graph/decoder-spec';
import type { WeightElement, WeightPlace, Weights } from '../graph/graph-builder';
import { blockSize, quantizedBitWidths, quantizedParts } from '../graph/quantized-parts';
import type { ElementType } from './element-types';
import { SafetensorsFile } from './safetensors';
import { type TensorEntry, weightsFault } from './safetensors-header';

const elements: Partial<Record<ElementType, WeightElement>> = { F32: 'f32', F16: 'f16', U8: 'u8' };
const hint = 'The model is damaged: remove it and add it again.';

/**
 * The weights of an imported model, as `convertWeights` wrote them, checked against its specification. They stay in their file: a model
 * may be larger than the memory a program can have in one piece.
 * @param path of the safetensors file
 * @throws InterlinearError `bad-model` naming the first tensor that is missing or of another shape
 */
export async function openStoredWeights(path: string, spec: DecoderSpec): Promise<Weights> {
  const file = await SafetensorsFile.open(path, weightsFault);
  await file.close();
  const { tensors } = file.header;
  const places = new Map<string, WeightPlace>();
  const take = (name: string, shape: readonly number[], types: readonly ElementType[]): void => {
    const tensor = tensors.get(name);
    places.set(name, placeOf(name, tensor, shape, types));
  };
  for (const [weight, shape] of weightShapes(spec)) {
    const bits = quantizedBitWidths.find((width) => tensors.has(quantizedParts(weight, width).integers));
    if (bits === undefined) {
      take(weight, shape, ['F32', 'F16']);
      continue;
    }
    const [rows = 0, columns = 0] = shape;
    const parts = quantizedParts(weight, bits);
    const blocks = columns / blockSize;
    take(parts.integers, [rows, blocks, 4 * bits], ['U8']);
    take(parts.scales, [rows, blocks], ['F32']);
    if (tensors.has(parts.offsets)) take(parts.offsets, [rows, blocks], ['F32']);
  }
  return { places, source: { path }, read: (offset, byteLength) => readAt(path, offset, byteLength) };
}

/** In one go, without waiting: what is asked for is a few rows, and the file has just been read by the runtime. */
function readAt(path: string, offset: number, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  const descriptor = openSync(path, 'r');
  try {
    let done = 0;
    while (done < byteLength) {
      const read = readSync(descriptor, bytes, done, byteLength - done, offset + done);
      if (read === 0) throw new InterlinearError('bad-model', 'The file of the weights has become shorter.', hint);
      done += read;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

function placeOf(name: string, tensor: TensorEntry | undefined, shape: readonly number[], types: readonly ElementType[]): WeightPlace {
  const expected = `[${shape.join(', ')}]`;
  if (!tensor) throw new InterlinearError('bad-model', `Tensor “${name}” of shape ${expected} is missing from the weights.`, hint);
  const found = `[${tensor.shape.join(', ')}]`;
  const element = elements[tensor.dtype];
  if (name.endsWith(quantizedParts('', 4).offsets) && found === `[${shape.toReversed().join(', ')}]`) {
    throw new InterlinearError(
      'bad-model',
      'This model was added by an earlier version, which stored it differently.',
      'Remove it and add it again.',
    );
  }
  if (found !== expected || !types.includes(tensor.dtype) || !element) {
    const message = `Tensor “${name}” should be ${types.join(' or ')} ${expected}, the weights hold ${tensor.dtype} ${found}.`;
    throw new InterlinearError('bad-model', message, hint);
  }
  return { shape: tensor.shape, offset: tensor.offset, byteLength: tensor.byteLength, element };
}
