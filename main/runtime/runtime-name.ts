import { env } from 'onnxruntime-node';

/** Name and version of the runtime, as traces keep it. */
export const runtimeName = `onnxruntime ${env.versions.node ?? env.versions.common}`;
