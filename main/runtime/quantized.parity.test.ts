import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildDecoder } from '../graph/decoder-graph';
import type { DecoderSpec } from '../graph/decoder-spec';
import { ModelProtoSchema } from '../graph/generated/onnx_pb';
import type { Weights } from '../graph/graph-builder';
import { relativeDifference } from '../measures/vectors';
import { readArchitecture, readGgufArchitecture } from '../models/architectures/read-architecture';
import { matchWeights } from '../models/architectures/weight-source';
import { convertWeights } from '../models/convert/convert-weights';
import { openGguf } from '../models/gguf/open-gguf';
import { openSafetensors } from '../models/safetensors';
import { openSafetensorsFolder } from '../models/safetensors-folder';
import { openStoredWeights } from '../models/stored-weights';
import type { Decoder } from './decoder';
import { OnnxPasses } from './onnx-passes';
import { createSession } from './onnx-session';
import { openDecoder } from './open-decoder';
import { SequenceReader } from './sequence-reader';

const fixtures = join(import.meta.dirname, 'fixtures/quantized');
const settings = { device: 'cpu', threads: 1 } as const;

interface Imported {
  readonly spec: DecoderSpec;
  readonly weights: Weights;
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-quantized-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** As the import writes it and reads it back: a GGUF file's blocks as they are, or the floats of a folder rounded. */
async function convert(kind: string): Promise<Imported> {
  const gguf = kind.startsWith('Q') ? await openGguf(join(fixtures, `${kind}.gguf`)) : null;
  const checkpoint = gguf ?? (await openSafetensorsFolder(fixtures));
  const architecture = gguf
    ? await readGgufArchitecture(gguf)
    : readArchitecture(JSON.parse(await readFile(join(fixtures, 'config.json'), 'utf8')));
  const { spec } = architecture;
  const target = join(folder, kind, 'weights.safetensors');
  await mkdir(join(folder, kind));
  const { dtype } = await convertWeights({
    checkpoint,
    spec,
    sources: matchWeights(architecture, checkpoint.tensors),
    quantize: kind === 'int4' || kind === 'int8' ? kind : 'auto',
    target,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  expect(dtype).toBe(kind === 'Q8_0' || kind === 'int8' ? 'int8' : 'int4');
  await checkpoint.close();
  return { spec, weights: await openStoredWeights(target, spec) };
}

/** The same graph with inputs left in 32 bits. */
function withFloatInputs(model: Uint8Array): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, model);
  const levels = (proto.graph?.node ?? []).flatMap(({ attribute }) => attribute.filter(({ name }) => name === 'accuracy_level'));
  expect(levels.length).toBeGreaterThan(0);
  for (const level of levels) level.i = 1n;
  return toBinary(ModelProtoSchema, proto);
}

describe.each(['Q4_0', 'Q4_1', 'Q8_0', 'int4', 'int8'])('a small Llama in %s', (kind) => {
  let imported: Imported;
  let sequence: Float32Array;
  let decoder: Decoder;
  let logits: Float32Array;
  let residual: Float32Array;

  beforeAll(async () => {
    imported = await convert(kind);
    decoder = await openDecoder(imported.spec, imported.weights, settings);
    const expected = await openSafetensors(join(fixtures, 'parity.safetensors'));
    logits = await expected.float32(`${kind}.logits`);
    residual = await expected.float32(`${kind}.residual`);
    const ids = [...new Int32Array(Uint8Array.from(await expected.bytes('ids')).buffer)];
    await expected.close();
    sequence = Float32Array.from(ids.flatMap((id) => [...decoder.embedding(id)]));
  });
  afterAll(() => decoder.dispose());

  /** The largest relative difference of one vector: of a residual stream at a position, or of a position's logits. */
  const largest = (found: { readonly logits: Float32Array; readonly residual: Float32Array }): number => {
    const { width, vocabulary } = imported.spec;
    const compare = (read: Float32Array, reference: Float32Array, size: number): number => {
      expect(read).toHaveLength(reference.length);
      const starts = Array.from({ length: reference.length / size }, (_, i) => i * size);
      return Math.max(...starts.map((at) => relativeDifference(read.subarray(at, at + size), reference.subarray(at, at + size))));
    };
    return Math.max(compare(found.residual, residual, width), compare(found.logits, logits, vocabulary));
  };

  it('gives what PyTorch gives with the same weights, where inputs are not rounded', async () => {
    const { spec, weights } = imported;
    const session = await createSession(withFloatInputs(buildDecoder(spec, weights.places)), weights, settings);
    const passes = new OnnxPasses(spec, session, 32);
    const found = await new SequenceReader(spec, passes).read(sequence, 0);
    await passes.release();
    // Measured: at most 1.3e-6.
    expect(largest(found)).toBeLessThan(1e-5);
  });

  it('gives it within what rounding inputs to 16 bits costs, as it runs on the CPU', async () => {
    expect(decoder.inputBits).toBe(16);
    // Measured: 0.9e-4 to 1.4e-4.
    expect(largest(await decoder.full(sequence))).toBeLessThan(5e-4);
  });

  it('gives it within what rounding inputs to 8 bits costs, where ONNX Runtime computes it', async () => {
    const { spec, weights } = imported;
    const passes = await OnnxPasses.create(spec, weights, settings);
    expect(passes.inputBits).toBe(8);
    const found = await new SequenceReader(spec, passes).read(sequence, 0);
    await passes.release();
    // Measured: 0.028 to 0.034.
    expect(largest(found)).toBeLessThan(0.05);
  });
});
