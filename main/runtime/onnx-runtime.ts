import { createRequire } from 'node:module';
import type * as OnnxRuntime from 'onnxruntime-node';

const load = createRequire(import.meta.url);
let runtime: typeof OnnxRuntime | null = null;

/** ONNX Runtime, loaded when someone first needs it: 11 MB that a decoder of our own kernels does without. */
export function onnxRuntime(): typeof OnnxRuntime {
  runtime ??= load('onnxruntime-node') as typeof OnnxRuntime;
  return runtime;
}

/** Name and version of the runtime, as traces keep it. */
export const runtimeName = `onnxruntime ${(load('onnxruntime-node/package.json') as { readonly version: string }).version}`;
