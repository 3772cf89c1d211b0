import type { DecoderSpec } from '../graph/decoder-spec';
import type { Weights } from '../graph/graph-builder';
import { CachedDecoder } from './cached-decoder';
import type { Decoder } from './decoder';
import { OnnxPasses } from './onnx-passes';
import type { SessionSettings } from './onnx-session';

/**
 * Makes a decoder ready to run.
 * @throws InterlinearError `unsupported` when a device other than the CPU does not start, with the runtime's reason
 */
export async function openDecoder(spec: DecoderSpec, weights: Weights, settings: SessionSettings): Promise<Decoder> {
  return new CachedDecoder(spec, weights, await OnnxPasses.create(spec, weights, settings), settings);
}
