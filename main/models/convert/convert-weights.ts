import { InterlinearError } from '../../contract/errors';
import type { DecoderSpec, WeightName } from '../../graph/decoder-spec';
import { weightShapes } from '../../graph/decoder-spec';
import { quantizedParts } from '../../graph/quantized-parts';
import type { WeightSource } from '../architectures/weight-source';
import type { Checkpoint, CheckpointTensor } from '../checkpoint';
import type { TensorPlan } from '../safetensors';
import { chooseStorage, type Quantization, type Storage } from './choose-storage';
import { SafetensorsSink } from './safetensors-sink';
import { readMatrixRows } from './source-rows';
import { type RowsWritten, rowWriter } from './write-rows';

/** Values that are in memory at once: 16 MiB as floats, whatever the model's size. */
const valuesAtOnce = 1 << 22;

export interface ConvertedTensor {
  readonly tensor: WeightName;
  readonly storage: Storage;
  /** √(Σ (x - x′)² / Σ x²) of what was written against what the checkpoint holds. */
  readonly relativeError: number;
}

export interface ConvertedWeights {
  /** The storage of most of the weights. */
  readonly dtype: 'f32' | 'f16' | 'int8' | 'int4';
  /** Of the file. */
  readonly bytes: number;
  readonly report: readonly ConvertedTensor[];
}

interface ConvertInput {
  readonly checkpoint: Checkpoint;
  readonly spec: DecoderSpec;
  readonly sources: ReadonlyMap<WeightName, WeightSource>;
  readonly quantize: Quantization;
  /** The file to write; there must be none of that name. */
  readonly target: string;
  /** Bytes of the checkpoint that have been read, of all that will be. */
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

interface Job {
  readonly weight: WeightName;
  readonly shape: readonly number[];
  readonly source: WeightSource;
  readonly tensor: CheckpointTensor;
  readonly storage: Storage;
}

/**
 * Writes a checkpoint's weights as the graph reads them: under its names, matrices [output, input], in one safetensors file.
 * Reads and writes in slices of rows. A file that could not be finished is left for the caller to delete.
 * @throws InterlinearError `cancelled` after an abort, `bad-model` for numbers that are not finite; file system errors pass through
 */
export async function convertWeights(input: ConvertInput): Promise<ConvertedWeights> {
  const jobs = plan(input);
  const total = jobs.reduce((sum, { tensor }) => sum + tensor.byteLength, 0);
  const sink = await SafetensorsSink.create(input.target, inReadingOrder(jobs.flatMap(tensorPlans)), { format: 'interlinear' });
  try {
    const report: ConvertedTensor[] = [];
    let done = 0;
    for (const job of jobs) {
      const error = await convert(job, sink, input.signal, (share) => input.onProgress(done + share * job.tensor.byteLength, total));
      report.push({ tensor: job.weight, storage: job.storage, relativeError: error });
      done += job.tensor.byteLength;
    }
    await sink.finish();
    return { dtype: mostUsed(jobs), bytes: sink.bytes, report };
  } finally {
    await sink.close();
  }
}

function plan({ checkpoint, spec, sources, quantize }: ConvertInput): Job[] {
  const shapes = weightShapes(spec);
  const parameters = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
  return [...shapes].map(([weight, shape]) => {
    const source = sources.get(weight);
    const tensor = source && checkpoint.tensors.get(source.tensor);
    if (!tensor) throw new Error(`Nothing says where the weight '${weight}' comes from`);
    const table = weight === 'embedding' || weight === 'unembedding';
    const matrix = { type: tensor.type, shape, transposed: source.transpose === true, table };
    // Positions are added, never multiplied with.
    const storage = weight === 'positions' ? 'f32' : chooseStorage(matrix, quantize, parameters);
    return { weight, shape, source, tensor, storage };
  });
}

const bitsOf = (storage: Storage): 4 | 8 | null => (storage.startsWith('int4') ? 4 : storage.startsWith('int8') ? 8 : null);
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * Tensors of a kind one after the other: matrices the graph multiplies the same vector with (query, key and value; gate and up) follow
 * each other among the weights, so here they become one matrix.
 */
function inReadingOrder(plans: readonly TensorPlan[]): TensorPlan[] {
  const kindOf = ({ name, shape }: TensorPlan): string =>
    /\.(?:int4|int8|scales|offsets)$/u.exec(name)?.[0] ?? (shape.length === 1 ? 'vector' : 'matrix');
  const kinds = [...new Set(plans.map(kindOf))];
  return kinds.flatMap((kind) => plans.filter((plan) => kindOf(plan) === kind));
}

function tensorPlans({ weight, shape, storage, tensor }: Job): TensorPlan[] {
  const bits = bitsOf(storage);
  if (bits === null) return [{ name: weight, dtype: storage === 'f16' ? 'F16' : 'F32', shape }];
  const [rows = 0, columns = 0] = shape;
  const parts = quantizedParts(weight, bits);
  const blocks = columns / 32;
  const plans: TensorPlan[] = [
    { name: parts.integers, dtype: 'U8', shape: [rows, blocks, 4 * bits] },
    { name: parts.scales, dtype: 'F32', shape: [rows, blocks] },
  ];
  if (storage === 'int4-exact' && tensor.type === 'Q4_1') plans.push({ name: parts.offsets, dtype: 'F32', shape: [rows, blocks] });
  return plans;
}

/** @returns the relative error */
async function convert(job: Job, sink: SafetensorsSink, signal: AbortSignal, onShare: (share: number) => void): Promise<number> {
  const { weight, shape, source, tensor, storage } = job;
  const [rows = 1, columns] = shape;
  const write = rowWriter(weight, shape, storage, tensor.type, sink);
  const portion = columns === undefined ? rows : Math.max(1, Math.floor(valuesAtOnce / columns));
  const sum: RowsWritten = { squaredError: 0, squaredValues: 0 };
  for (let first = 0; first < rows; first += portion) {
    if (signal.aborted) throw new InterlinearError('cancelled', 'The import was cancelled.', 'Nothing of it is kept.');
    const count = Math.min(portion, rows - first);
    const written = await write(first, count, await readMatrixRows(tensor, source, first, count));
    sum.squaredError += written.squaredError;
    sum.squaredValues += written.squaredValues;
    onShare((first + count) / rows);
  }
  return sum.squaredValues === 0 ? 0 : Math.sqrt(sum.squaredError / sum.squaredValues);
}

function mostUsed(jobs: readonly Job[]): ConvertedWeights['dtype'] {
  const counts = { f32: 0, f16: 0, int8: 0, int4: 0 };
  for (const { storage, shape } of jobs)
    counts[storage.startsWith('int4') ? 'int4' : storage.startsWith('int8') ? 'int8' : storage === 'f16' ? 'f16' : 'f32'] += sizeOf(shape);
  const order = ['int4', 'int8', 'f16', 'f32'] as const;
  return order.reduce((best, dtype) => (counts[dtype] > counts[best] ? dtype : best));
}
