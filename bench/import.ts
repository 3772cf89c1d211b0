import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantizations } from '../main/contract/library';
import { writeLargeFolder, writeLargeGguf } from './large-model';
import { inOwnProcess } from './own-process';
import { spread, type Spread } from './spread';

const catalogueModel = 'smollm2-135m-instruct';

export interface ImportFigures {
  readonly from: string;
  readonly quantize: string;
  readonly seconds: Spread;
  /** Highest resident set of the process that imports, in megabytes. */
  readonly peakMegabytes: Spread;
  /** For a large model: seconds to load it and write a few tokens, and what the process that does so holds, in megabytes. */
  readonly run?: { readonly tokens: number; readonly seconds: number; readonly megabytes: number; readonly peakMegabytes: number };
}

/** Tokens a large model writes, to see that it works from its file. */
const tokens = 8;

/** Imports of a GGUF file in every storage, and of the catalogue's first model with what has to be fetched for it; each in a process of its own. */
export async function measureImport(
  resources: string,
  gguf: string | null,
  options: { readonly runs: number; readonly catalogue: boolean; readonly largeBytes: number },
  progress: (text: string) => void,
): Promise<ImportFigures[]> {
  const figures: ImportFigures[] = [];
  const measure = async (from: string, source: string, quantize: string, runs: number, runIt?: string): Promise<void> => {
    let run: ImportFigures['run'];
    const seconds: number[] = [];
    const peaks: number[] = [];
    for (let count = 0; count < runs; count++) {
      const folder = await mkdtemp(join(tmpdir(), 'interlinear-bench-'));
      try {
        const done = await inOwnProcess({ kind: 'import', resources, models: join(folder, 'models'), source, quantize });
        seconds.push(done.seconds);
        peaks.push(done.peakBytes / 2 ** 20);
        progress(`import from ${from} as ${quantize}: ${done.seconds.toFixed(1)} s, ${peaks.at(-1)?.toFixed(0)} MB`);
        if (runIt !== undefined) {
          const ran = await inOwnProcess({
            kind: 'context',
            resources,
            models: join(folder, 'models'),
            id: runIt,
            context: 2 * tokens,
            steps: tokens,
          });
          run = { tokens, seconds: ran.seconds, megabytes: ran.bytes / 2 ** 20, peakMegabytes: ran.peakBytes / 2 ** 20 };
          progress(`… loaded, and ${tokens} tokens written: ${run.seconds.toFixed(1)} s, ${run.megabytes.toFixed(0)} MB`);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    }
    figures.push({ from, quantize, seconds: spread(seconds), peakMegabytes: spread(peaks), ...(run && { run }) });
  };
  if (gguf !== null) {
    const megabytes = Math.round((await stat(gguf)).size / 1e6);
    for (const quantize of quantizations) await measure(`a file of ${megabytes} MB`, gguf, quantize, options.runs);
  }
  if (options.largeBytes > 0) {
    const folder = await mkdtemp(join(tmpdir(), 'interlinear-large-'));
    const gigabytes = `${(options.largeBytes / 1e9).toFixed(1)} GB`;
    try {
      for (const [what, write] of [
        ['BF16 in two files', writeLargeFolder],
        ['Q8_0 in a GGUF file', writeLargeGguf],
      ] as const) {
        progress(`Making ${gigabytes} of random weights, ${what}…`);
        const path = await write(folder, options.largeBytes);
        await measure(`${gigabytes} of ${what}`, path, 'auto', 1, 'large-llama');
        await rm(path, { recursive: true });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  if (options.catalogue) await measure('the catalogue', catalogueModel, 'auto', 1);
  return figures;
}
