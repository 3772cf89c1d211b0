import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { FileWriter } from './file-writer';
import { pause } from './pause';
import { type Column, parquetSchemaOf } from './parquet-profile';

export type Value = boolean | number | string | null | readonly (number | null)[];

/** Hands each finished row group to the file, so that only one is in memory. */
class GroupWriter extends ByteWriter {
  readonly #file: FileWriter;

  constructor(file: FileWriter) {
    super(1 << 16);
    this.#file = file;
  }

  flush(): void {
    this.#file.append(this.getBytes());
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}

/**
 * Writes a Parquet file, one row group per item of `groups`; an item holds a row per entry, a value per column.
 * The same rows give the same bytes, apart from the values of `timing` columns.
 */
export async function writeParquet(
  file: FileWriter,
  columns: readonly Column[],
  groups: AsyncIterable<readonly (readonly Value[])[]>,
): Promise<void> {
  const writer = new ParquetWriter({
    writer: new GroupWriter(file),
    schema: parquetSchemaOf(columns),
    // Text in the footer could not be told from an attack on the footer's parser, and nobody filters by the rest.
    statistics: false,
    createdBy: 'interlinear',
  });
  for await (const rows of groups) {
    if (rows.length === 0) continue;
    await writer.write({
      columnData: columns.map((column, at) => ({
        name: column.name,
        data: rows.map((row) => row[at] ?? null),
        encoding: 'PLAIN',
        codec: column.timing === true ? 'UNCOMPRESSED' : 'SNAPPY',
        offsetIndex: false,
      })),
      rowGroupSize: rows.length,
      // 0: one page for each column of a row group.
      pageSize: 0,
    });
    await pause();
  }
  await writer.finish();
}
