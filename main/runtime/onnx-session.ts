import { basename, dirname } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Device, deviceNames } from '../contract/devices';
import { InterlinearError } from '../contract/errors';
import { type Arithmetic, type Weights, weightsLocation } from '../graph/graph-builder';
import { onnxRuntime } from './onnx-runtime';
import { runtimeReason } from './runtime-reason';

/** Where and with how many threads passes are computed. */
export interface SessionSettings {
  readonly device: Device;
  readonly threads: number;
  /** `fast` where nothing is said. */
  readonly arithmetic?: Arithmetic;
  /** Threads that have nothing to do wait for more without sleeping: faster for many small operations, and no one else has the processor meanwhile. */
  readonly spinning?: boolean;
}

/** What a device asks of a session besides its name. @source ONNX Runtime's notes on DirectML: neither patterns of memory nor parallel execution */
const deviceOptions: Readonly<Partial<Record<Device, InferenceSession.SessionOptions>>> = {
  dml: { enableMemPattern: false, executionMode: 'sequential' },
};

/**
 * Starts an ONNX Runtime session over weights that stay outside the model. Nodes the device has no kernel for are computed on the CPU
 * by the runtime itself; which device to start on at all is never left to it.
 * @throws InterlinearError `unsupported` when a device other than the CPU does not start, with the runtime's reason
 */
export async function createSession(
  model: Uint8Array,
  weights: Weights,
  { device, threads, spinning = true }: Omit<SessionSettings, 'arithmetic'>,
): Promise<InferenceSession> {
  try {
    return await onnxRuntime().InferenceSession.create(model, {
      executionProviders: [device],
      ...external(weights, spinning ? {} : { intra_op: { allow_spinning: '0' } }),
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...deviceOptions[device],
    });
  } catch (thrown) {
    if (device === 'cpu') throw thrown;
    throw new InterlinearError('unsupported', `${deviceNames[device]} did not start: ${runtimeReason(thrown)}`, 'Choose the CPU.', {
      cause: thrown,
    });
  }
}

/** How the runtime gets at the weights. What is in a file it maps into memory by itself. @param session further entries of the session's configuration */
function external({ source }: Weights, session: object): InferenceSession.SessionOptions {
  if ('bytes' in source) return { externalData: [{ path: weightsLocation, data: source.bytes }], extra: { session } };
  if (basename(source.path) !== weightsLocation) throw new Error(`The file of the weights must be called ${weightsLocation}`);
  return { extra: { session: { ...session, model_external_initializers_file_folder_path: dirname(source.path) } } };
}

export function floats(data: Float32Array, ...shape: readonly number[]): Tensor {
  const { Tensor: Made } = onnxRuntime();
  return new Made('float32', data, shape);
}

/** A tensor of integers; a vector where no shape is given. */
export function integers(numbers: readonly number[], ...shape: readonly number[]): Tensor {
  const { Tensor: Made } = onnxRuntime();
  return new Made(
    'int64',
    BigInt64Array.from(numbers, (number) => BigInt(number)),
    shape.length > 0 ? shape : [numbers.length],
  );
}

/** The floats of an output: a copy of ONNX Runtime's, ours to keep. */
export function floatsOf(outputs: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`The model gave no floats under the name '${name}'`);
  return data;
}
