import type { ModelSummary } from '../../main/contract/model';

/**
 * What a program's resident set grows by when it loads a model and runs it, beside its keys and values: so many times the weights, and so many bytes
 * more. Measured with ONNX Runtime, which orders matrices of 4 and 8 bits anew and unpacks or copies others; tokenizer, vocabulary and the graph are in the
 * rest. With kernels of our own 4- and 8-bit models take less, keys and values too (docs/performance.md), so that what is said is on the safe side. The embedded model (its own row: 38 MB) has next to nothing of it.
 */
const loadCosts = {
  tiny: { weights: 1, more: 40e6 },
  quantized: { weights: 1.1, more: 130e6 },
  other: { weights: 1.1, more: 190e6 },
} as const;

const tinyParameters = 5_000_000;

/** Bytes that loading a model takes, without the keys and values of what it then reads. */
export function loadBytes({ dtype, parameters, bytes }: Pick<ModelSummary, 'dtype' | 'parameters' | 'bytes'>): number {
  const kind = parameters < tinyParameters ? 'tiny' : dtype === 'int4' || dtype === 'int8' ? 'quantized' : 'other';
  const { weights, more } = loadCosts[kind];
  return Math.round(weights * bytes) + more;
}

/** Bytes that running a model takes: loading it, and the cache of this many positions. */
export function memoryNeeded(model: ModelSummary, positions: number): number {
  return loadBytes(model) + positions * model.cacheBytesPerPosition;
}

/** Positions for which memory is shown: an everyday context, and all the model can read. */
export function shownContexts({ maximumPositions }: ModelSummary): readonly number[] {
  const everyday = 1024;
  if (maximumPositions === null) return [everyday];
  return maximumPositions <= everyday ? [maximumPositions] : [everyday, maximumPositions];
}
