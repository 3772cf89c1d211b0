import { tapNames } from '../contract/protocol';
import { traceSchemaOf } from '../contract/trace';
import { planSafetensors } from '../models/safetensors';
import type { FileWriter } from './file-writer';
import { pause } from './pause';
import { tensorNames } from './tensor-names';
import { type Series, tapShape, type TraceContent } from './trace-content';

interface Planned {
  readonly name: string;
  readonly dtype: 'F16' | 'F32' | 'I32';
  readonly shape: readonly number[];
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

/** Writes the kept tensors of a run, one step's in memory at a time. */
export async function writeTensors(file: FileWriter, content: TraceContent): Promise<void> {
  const planned: Planned[] = [];
  for (const series of content.series) planned.push(...(await planSeries(content, series)));
  const { head, ordered } = planSafetensors(planned, { format: 'interlinear-trace', schema: String(traceSchemaOf(content.info)) });
  file.append(head);
  for (const tensor of ordered) {
    for await (const chunk of tensor.chunks()) file.append(chunk);
    await pause();
  }
}

async function planSeries(content: TraceContent, series: Series): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const tap of tapNames) {
    const rows: number[] = [];
    for (const row of series.steps.keys()) if (await content.hasTap(series, row, tap)) rows.push(row);
    if (rows.length === 0) continue;
    const names = tensorNames(series.lane, series.branch, tap);
    const steps = Int32Array.from(rows, (row) => series.steps[row] ?? 0);
    planned.push({
      name: names.values,
      dtype: tap === 'residual' ? 'F16' : 'F32',
      shape: [rows.length, ...tapShape(content.info, series.lane, tap)],
      chunks: async function* () {
        for (const [i, row] of rows.entries()) {
          const stored = await content.tap(series, row, tap);
          if (stored) yield stored.bytes;
          if (i % 64 === 63) await pause();
        }
      },
    });
    planned.push({
      name: names.steps,
      dtype: 'I32',
      shape: [rows.length],
      chunks: async function* () {
        yield new Uint8Array(steps.buffer);
      },
    });
  }
  return planned;
}
