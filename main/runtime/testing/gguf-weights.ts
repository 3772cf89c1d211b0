import type { DecoderSpec } from '../../graph/decoder-spec';
import type { WeightPlace, Weights } from '../../graph/graph-builder';
import { readGgufArchitecture } from '../../models/architectures/read-architecture';
import { takeOutputs } from '../../models/architectures/take-outputs';
import { matchWeights } from '../../models/architectures/weight-source';
import { openGguf } from '../../models/gguf/open-gguf';

/** A GGUF file of 32-bit floats, read whole and without a package of our own in between. */
export async function readGgufWeights(path: string): Promise<{ spec: DecoderSpec; weights: Weights }> {
  const file = await openGguf(path);
  const architecture = await readGgufArchitecture(file);
  const places = new Map<string, WeightPlace>();
  const parts: Float32Array[] = [];
  let offset = 0;
  for (const [weight, source] of matchWeights(architecture, file.tensors)) {
    const stored = await file.tensors.get(source.tensor)?.rows();
    const { values, shape } = takeOutputs(new Float32Array(stored?.slice().buffer ?? new ArrayBuffer(0)), source);
    places.set(weight, { shape, offset, byteLength: values.byteLength });
    parts.push(values);
    offset += values.byteLength;
  }
  await file.close();
  const bytes = new Uint8Array(offset);
  [...places.values()].forEach((place, i) => {
    const { buffer, byteOffset, byteLength } = parts[i] ?? new Float32Array(0);
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), place.offset);
  });
  return { spec: architecture.spec, weights: { bytes, places } };
}
