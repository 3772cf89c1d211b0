import { encodeSteps, stepPlaces } from '../contract/frame';
import { layoutsOf, modelsOfRun } from '../contract/lane-models';
import type { RunInfo } from '../contract/run';
import { bundleFiles, type Manifest } from '../contract/trace';
import { badTrace } from './bad-trace';
import type { BundleFiles } from './bundle-files';
import { type ByteSource, checksum } from './byte-source';
import type { TapName } from './journal-format';
import { ParquetTable } from './parquet-read';
import { stepColumns, stepFromRow, stepTableLimits } from './step-columns';
import { TensorTable } from './tensors-read';
import type { Series, StoredTap, TraceContent } from './trace-content';

interface TableSeries extends Series {
  readonly steps: number[];
  /** Row of the table its first step is in; the others follow. */
  readonly firstRow: number;
}

/** Reads the files of a finished bundle, in any order. */
class SealedContent implements TraceContent {
  readonly info;
  readonly lanes;
  readonly branches;
  readonly outcome;
  readonly #files: BundleFiles;
  readonly #manifest: Manifest;
  readonly #table: ParquetTable;
  #tensors: Promise<TensorTable> | null = null;
  /** The row group read last: steps are mostly read in order. */
  #group: ({ readonly index: number } & PackedGroup) | null = null;

  constructor(
    files: BundleFiles,
    manifest: Manifest,
    table: ParquetTable,
    readonly series: readonly TableSeries[],
  ) {
    this.#files = files;
    this.#manifest = manifest;
    this.#table = table;
    this.info = manifest.info;
    this.lanes = manifest.lanes;
    this.branches = manifest.branches;
    this.outcome = manifest.outcome;
  }

  get bytes(): number {
    return this.#files.bytes;
  }

  async packed(series: Series, from: number, to: number): Promise<Float32Array<ArrayBuffer>> {
    const own = this.series.find((one) => one.lane === series.lane && one.branch === series.branch);
    if (!own) throw new RangeError(`Lane ${series.lane}, branch ${series.branch} is not in this trace`);
    const [first, last] = [own.firstRow + from, own.firstRow + to];
    const parts: Float32Array[] = [];
    for (const [index, { start, end }] of this.#table.groups().entries()) {
      if (end <= first || start >= last) continue;
      const { packed, places } = await this.#readGroup(index);
      parts.push(packed.subarray(places[Math.max(first, start) - start], places[Math.min(last, end) - start]));
    }
    const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  async #readGroup(index: number): Promise<PackedGroup> {
    if (this.#group?.index === index) return this.#group;
    this.#group = { index, ...packRows(await this.#table.readGroup(index), this.info) };
    return this.#group;
  }

  async hasTap(series: Series, row: number, name: TapName): Promise<boolean> {
    return (await this.#openTensors()).has(series, series.steps[row] ?? -1, name);
  }

  async tap(series: Series, row: number, name: TapName): Promise<StoredTap | null> {
    return (await this.#openTensors()).read(series, series.steps[row] ?? -1, name);
  }

  /** Opened, and checked byte by byte, when first asked for: this is the largest file by far. */
  #openTensors(): Promise<TensorTable> {
    this.#tensors ??= openChecked(this.#files, bundleFiles.tensors, this.#manifest).then((source) => new TensorTable(source, this.info));
    return this.#tensors;
  }

  close(): void {
    this.#files.close();
  }
}

/** The rows of a group as packed steps, and where each begins. */
interface PackedGroup {
  readonly packed: Float32Array;
  readonly places: readonly number[];
}

function packRows(rows: readonly Readonly<Record<string, unknown>>[], info: RunInfo): PackedGroup {
  const layouts = layoutsOf(info);
  try {
    const packed = encodeSteps(
      rows.map((row) => stepFromRow(row, layouts)),
      layouts,
    );
    return { packed, places: stepPlaces(packed, layouts) };
  } catch (thrown) {
    throw badTrace(bundleFiles.steps, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
}

/** @throws InterlinearError `bad-trace` when the file is not there or not the one the manifest was written for */
async function openChecked(files: BundleFiles, name: string, manifest: Manifest): Promise<ByteSource> {
  const expected = manifest.files[name];
  const source = await files.open(name);
  if (!source || !expected) throw badTrace(name, 'it is missing');
  if (source.size !== expected.bytes) throw badTrace(name, `it has ${source.size} bytes instead of ${expected.bytes}`);
  if ((await checksum(source)) !== expected.crc32) throw badTrace(name, 'its contents are not what was recorded');
  return source;
}

/** @throws InterlinearError `bad-trace` */
export async function openSealed(files: BundleFiles, manifest: Manifest): Promise<TraceContent> {
  const source = await openChecked(files, bundleFiles.steps, manifest);
  await openChecked(files, bundleFiles.branches, manifest);
  const table = new ParquetTable(source, stepColumns, stepTableLimits(modelsOfRun(manifest.info).map(({ layout }) => layout)));
  return new SealedContent(files, manifest, table, await readSeries(table, manifest));
}

/** Which rows are whose. @throws InterlinearError `bad-trace` unless rows are ordered by lane, branch, step */
async function readSeries(table: ParquetTable, manifest: Manifest): Promise<TableSeries[]> {
  const series: TableSeries[] = [];
  let row = 0;
  for (const group of table.groups().keys()) {
    for (const { lane, branch, step } of await table.readGroup(group, ['lane', 'branch', 'step'])) {
      if (!isIndex(lane) || !isIndex(branch) || !isIndex(step) || lane >= manifest.info.request.lanes.length) {
        throw badTrace(bundleFiles.steps, `row ${row} belongs to no lane of the run`);
      }
      const last = series.at(-1);
      if (last?.lane === lane && last.branch === branch) {
        if (step <= (last.steps.at(-1) ?? -1)) throw badTrace(bundleFiles.steps, `row ${row} is out of order`);
        last.steps.push(step);
      } else {
        if (last && (lane < last.lane || (lane === last.lane && branch < last.branch))) {
          throw badTrace(bundleFiles.steps, `row ${row} is out of order`);
        }
        series.push({ lane, branch, steps: [step], firstRow: row });
      }
      row++;
    }
  }
  return series;
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
