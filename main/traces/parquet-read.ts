import { type AsyncBuffer, type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { badTrace } from './bad-trace';
import type { ByteSource } from './byte-source';
import { checkChunk, checkMetadata, chunkRange } from './parquet-guard';
import type { Column, TableLimits } from './parquet-profile';
import { uncompressSnappy } from './snappy-guard';
import { checkThrift } from './thrift-guard';

const tailBytes = 8;
/** A footer of 100 columns takes some 10 KB for a row group; more than this is no trace. */
const largestFooter = 1 << 24;

export type ParquetRow = Readonly<Record<string, unknown>>;

/** A Parquet file of ours, checked before it is decoded; rows are read one row group at a time. */
export class ParquetTable {
  readonly rows: number;
  readonly #source: ByteSource;
  readonly #columns: readonly Column[];
  readonly #limits: TableLimits;
  readonly #metadata: FileMetaData;
  readonly #file: AsyncBuffer;

  /** @throws InterlinearError `bad-trace` */
  constructor(source: ByteSource, columns: readonly Column[], limits: TableLimits) {
    this.#source = source;
    this.#columns = columns;
    this.#limits = limits;
    try {
      this.#metadata = readFooter(source);
      checkMetadata(this.#metadata, columns, limits, source.size);
    } catch (thrown) {
      throw damaged(source, thrown);
    }
    this.rows = Number(this.#metadata.num_rows);
    this.#file = {
      byteLength: source.size,
      slice: (start, end = source.size) => source.read(start, end - start).buffer,
    };
  }

  /** Row ranges of the row groups, in order. */
  groups(): { readonly start: number; readonly end: number }[] {
    let end = 0;
    return this.#metadata.row_groups.map((group) => {
      const start = end;
      end += Number(group.num_rows);
      return { start, end };
    });
  }

  /** Rows of one row group, all columns or those named. @throws InterlinearError `bad-trace` */
  async readGroup(group: number, names: readonly string[] = this.#columns.map((column) => column.name)): Promise<ParquetRow[]> {
    const rowGroup = this.#metadata.row_groups[group];
    const range = this.groups()[group];
    if (!rowGroup || !range) throw new RangeError(`There is no row group ${group}`);
    try {
      this.#columns.forEach((column, at) => {
        if (!names.includes(column.name)) return;
        const place = chunkRange(rowGroup, at, column, this.#source.size);
        checkChunk(this.#source, place, column, range.end - range.start, this.#limits);
      });
      const rows: ParquetRow[] = await parquetReadObjects({
        file: this.#file,
        metadata: this.#metadata,
        compressors: { SNAPPY: uncompressSnappy },
        columns: [...names],
        rowStart: range.start,
        rowEnd: range.end,
      });
      if (rows.length !== range.end - range.start) throw new Error(`row group ${group} has ${rows.length} rows`);
      return rows;
    } catch (thrown) {
      throw damaged(this.#source, thrown);
    }
  }
}

function readFooter(source: ByteSource): FileMetaData {
  if (source.size < 4 + tailBytes) throw new Error('it is too short');
  const tail = source.read(source.size - tailBytes, tailBytes);
  const length = new DataView(tail.buffer).getUint32(0, true);
  if (length > largestFooter || length > source.size - 4 - tailBytes) throw new Error('its footer is longer than the file allows');
  const footer = source.read(source.size - tailBytes - length, length + tailBytes);
  checkThrift(footer.subarray(0, length));
  // Its look for maps counts backwards on a negative number of children; our schema is compared as a whole afterwards.
  return parquetMetadata(footer, { geoparquet: false });
}

function damaged(source: ByteSource, thrown: unknown): Error {
  return badTrace(source.name, thrown instanceof Error ? thrown.message : String(thrown), thrown);
}
