import { InterlinearError } from '../contract/errors';
import type { WeightName } from '../graph/decoder-spec';
import { type WeightPlace, type Weights, weightsInMemory } from '../graph/graph-builder';
import type { ModelArchitecture } from './architectures/architecture';
import { takeOutputs } from './architectures/take-outputs';
import { matchWeights, type WeightSource } from './architectures/weight-source';
import { elementBytes, toFloat32 } from './element-types';
import { parseSafetensorsHeader, type TensorEntry } from './safetensors-header';

interface Match {
  readonly source: WeightSource;
  readonly tensor: TensorEntry;
}

function match(file: Uint8Array, architecture: ModelArchitecture): Map<WeightName, Match> {
  const { tensors } = parseSafetensorsHeader(file, file.byteLength);
  const matched = new Map<WeightName, Match>();
  for (const [weight, source] of matchWeights(architecture, tensors)) {
    const tensor = tensors.get(source.tensor);
    if (!tensor) throw new Error(`Tensor '${source.tensor}' was matched but is not there`);
    if (!['F32', 'F16', 'BF16'].includes(tensor.dtype)) {
      throw new InterlinearError(
        'unsupported',
        `Tensor “${source.tensor}” holds ${tensor.dtype}.`,
        'Weights in F32, F16 or BF16 can be run.',
      );
    }
    matched.set(weight, { source, tensor });
  }
  return matched;
}

/** Whether the graph can read a tensor where it lies. */
const asStored = ({ source, tensor }: Match): boolean =>
  tensor.dtype === 'F32' && tensor.offset % elementBytes.F32 === 0 && !source.rows && !source.transpose;

/**
 * The weights of a checkpoint, checked against what its configuration says.
 * @param file the whole safetensors file; used where it lies when it holds the graph's 32-bit floats, else copied
 * @throws InterlinearError `bad-model` for a damaged file or one that contradicts the configuration
 */
export function readWeights(file: Uint8Array, architecture: ModelArchitecture): Weights {
  const matched = match(file, architecture);
  if ([...matched.values()].every(asStored)) {
    return weightsInMemory(file, new Map([...matched].map(([weight, { tensor }]) => [weight, tensor])));
  }
  const read = [...matched].map(([weight, { source, tensor }]) => {
    const { dtype, offset, byteLength } = tensor;
    return { weight, ...takeOutputs(toFloat32(dtype, file.subarray(offset, offset + byteLength)), source) };
  });
  const bytes = new Uint8Array(read.reduce((sum, { values }) => sum + values.byteLength, 0));
  const places = new Map<WeightName, WeightPlace>();
  let end = 0;
  for (const { weight, shape, values } of read) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), end);
    places.set(weight, { shape, offset: end, byteLength: values.byteLength });
    end += values.byteLength;
  }
  return weightsInMemory(bytes, places);
}
