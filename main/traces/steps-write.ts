import { decodeSteps } from '../contract/frame';
import { modelOfLane, modelsOfRun } from '../contract/lane-models';
import type { FileWriter } from './file-writer';
import { type Value, writeParquet } from './parquet-write';
import { stepColumns, stepTableLimits } from './step-columns';
import type { TraceContent } from './trace-content';

/** Steps of a series unpacked at a time. */
const portion = 256;

/** Writes `steps.parquet`, one row group in memory at a time. */
export async function writeSteps(file: FileWriter, content: TraceContent): Promise<void> {
  await writeParquet(
    file,
    stepColumns,
    groupsOf(rowsOf(content), stepTableLimits(modelsOfRun(content.info).map(({ layout }) => layout)).rowsPerGroup),
  );
}

async function* rowsOf(content: TraceContent): AsyncGenerator<readonly Value[]> {
  for (const series of content.series) {
    const { layout, vocabulary } = modelOfLane(content.info, series.lane);
    const own = content.branches.find((branch) => branch.lane === series.lane && branch.branch === series.branch);
    const context = { layout, vocabulary, parent: own?.parent ?? null };
    for (let from = 0; from < series.steps.length; from += portion) {
      const packed = await content.packed(series, from, Math.min(from + portion, series.steps.length));
      for (const step of decodeSteps(layout, packed)) yield stepColumns.map((column) => column.value(step, context));
    }
  }
}

async function* groupsOf<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  yield group;
}
