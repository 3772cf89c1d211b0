import { statSync } from 'node:fs';
import { join } from 'node:path';
import { storedFiles } from '../main/models/stored-package';
import { inOwnProcess } from './own-process';
import { spread, type Spread } from './spread';

export interface MemoryFigures {
  readonly context: number;
  /** Of the weights as they were imported, in megabytes. */
  readonly weights: number;
  /** Resident set of a process with nothing but the engine, at the end of the context, in megabytes; `peak` is its highest. */
  readonly engine: Spread;
  readonly peak: Spread;
  /** Engine over weights. */
  readonly ratio: Spread;
}

/** Memory of the engine with one model at the end of a context, everything of the run still held. */
export async function measureMemory(
  options: { readonly resources: string; readonly models: string; readonly id: string },
  runs: number,
  progress: (text: string) => void,
): Promise<MemoryFigures> {
  const context = 1000;
  const weights = statSync(join(options.models, options.id, storedFiles.weights)).size / 2 ** 20;
  const engine: number[] = [];
  const peak: number[] = [];
  for (let run = 0; run < runs; run++) {
    const { bytes, peakBytes } = await inOwnProcess({ kind: 'context', context, ...options });
    engine.push(bytes / 2 ** 20);
    peak.push(peakBytes / 2 ** 20);
    progress(`memory: run ${run + 1} of ${runs}: ${engine.at(-1)?.toFixed(0)} MB, at the most ${peak.at(-1)?.toFixed(0)} MB`);
  }
  return { context, weights, engine: spread(engine), peak: spread(peak), ratio: spread(engine.map((value) => value / weights)) };
}
