import type { DecoderSpec } from '../graph/decoder-spec';
import type { Weights } from '../graph/graph-builder';
import { kernelsFit, type TakenListener } from '../kernels/kernel-weights';
import { CachedDecoder } from './cached-decoder';
import type { Decoder } from './decoder';
import { KernelPasses } from './kernel-passes';
import { OnnxPasses } from './onnx-passes';
import type { SessionSettings } from './onnx-session';

/**
 * Makes a decoder ready to run: on the CPU with kernels of our own where they can compute with the weights, else with ONNX Runtime.
 * @param onTaken told how many bytes of the weights the kernels have taken
 * @throws InterlinearError `unsupported` when a device other than the CPU does not start, with the runtime's reason
 */
export async function openDecoder(
  spec: DecoderSpec,
  weights: Weights,
  settings: SessionSettings,
  onTaken?: TakenListener,
): Promise<Decoder> {
  const { device, threads, arithmetic } = settings;
  if (device === 'cpu' && kernelsFit(spec, weights)) {
    // What is computed beside the passes is to be as exact as they are, and the runtime knows 8 bits only.
    const passes = await KernelPasses.create(spec, weights, { threads, ...(arithmetic && { arithmetic }), ...(onTaken && { onTaken }) });
    return new CachedDecoder(spec, weights, passes, { ...settings, arithmetic: 'exact' });
  }
  return new CachedDecoder(spec, weights, await OnnxPasses.create(spec, weights, settings), settings);
}
