import { type FileMetaData, parquetMetadata } from 'hyparquet';
import { badTrace } from './bad-trace';
import type { ByteSource } from './byte-source';
import { checkChunk, checkMetadata, chunkRange } from './parquet-guard';
import type { Column, TableLimits } from './parquet-profile';
import { type ColumnValues, readValues } from './parquet-values';
import { checkThrift } from './thrift-guard';

const tailBytes = 8;
/** A footer of 100 columns takes some 10 KB for a row group; more than this is no trace. */
const largestFooter = 1 << 24;

/** A Parquet file of ours, checked before it is decoded; columns are read one row group at a time. */
export class ParquetTable {
  readonly rows: number;
  readonly #source: ByteSource;
  readonly #columns: readonly Column[];
  readonly #limits: TableLimits;
  readonly #metadata: FileMetaData;

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

  /** Columns of one row group, those named, in their order. @throws InterlinearError `bad-trace` */
  readGroup(group: number, names: readonly string[]): ColumnValues[] {
    const rowGroup = this.#metadata.row_groups[group];
    if (!rowGroup) throw new RangeError(`There is no row group ${group}`);
    const rows = Number(rowGroup.num_rows);
    try {
      return names.map((name) => {
        const at = this.#columns.findIndex((column) => column.name === name);
        const column = this.#columns[at];
        if (!column) throw new RangeError(`There is no column ${name}`);
        const page = checkChunk(this.#source, chunkRange(rowGroup, at, column, this.#source.size), column, rows, this.#limits);
        return readValues(this.#source, page, column, rows, rowGroup.columns[at]?.meta_data?.codec ?? '');
      });
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
