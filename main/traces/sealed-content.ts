import { layoutsOf, modelsOfRun } from '../contract/lane-models';
import { bundleFiles, type Manifest } from '../contract/trace';
import { badTrace } from './bad-trace';
import type { BundleFiles } from './bundle-files';
import { type ByteSource, checksum } from './byte-source';
import type { TapName } from './journal-format';
import { pause } from './pause';
import { ParquetTable } from './parquet-read';
import { stepColumns, stepTableLimits } from './step-columns';
import { packGroup, type PackedGroup } from './step-table';
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
      const { packed, places } = this.#readGroup(index);
      // Many groups in a row are read without an answer to anybody.
      await pause();
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

  #readGroup(index: number): PackedGroup {
    if (this.#group?.index === index) return this.#group;
    try {
      this.#group = { index, ...packGroup(this.#table, index, layoutsOf(this.info)) };
    } catch (thrown) {
      throw badTrace(bundleFiles.steps, thrown instanceof Error ? thrown.message : String(thrown), thrown);
    }
    return this.#group;
  }

  async hasTap(series: Series, row: number, name: TapName): Promise<boolean> {
    return (await this.#openTensors()).has(series, series.steps[row] ?? -1, name);
  }

  async tap(series: Series, row: number, name: TapName, stream?: number): Promise<StoredTap | null> {
    return (await this.#openTensors()).read(series, series.steps[row] ?? -1, name, stream);
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
  return new SealedContent(files, manifest, table, readSeries(table, manifest));
}

/** Which rows are whose. @throws InterlinearError `bad-trace` unless rows are ordered by lane, branch, step */
function readSeries(table: ParquetTable, manifest: Manifest): TableSeries[] {
  const series: TableSeries[] = [];
  let row = 0;
  for (const group of table.groups().keys()) {
    const [lanes, branches, steps] = table.readGroup(group, ['lane', 'branch', 'step']).map(({ numbers }) => numbers);
    for (const [place, lane] of lanes?.entries() ?? []) {
      const [branch, step] = [branches?.[place], steps?.[place]];
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
