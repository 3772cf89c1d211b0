import type { ColumnMetaData, FileMetaData, RowGroup } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { z } from 'zod';
import type { ByteSource } from './byte-source';
import { type Column, parquetSchemaOf, pathOf, type TableLimits } from './parquet-profile';
import { checkThrift } from './thrift-guard';

/** Snappy copies at most 64 bytes for three: more than this is no compression, it is an attack. */
const largestRatio = 32;
const pageHeaderBytes = 256;

const plain = 0;
const dataPageV2 = 3;
const count = z.number().int().min(0);
/** Fields of a page header by their numbers in parquet.thrift. */
const pageHeaderSchema = z.object({
  field_1: z.literal(dataPageV2),
  field_2: count,
  field_3: count,
  field_8: z.object({
    field_1: count,
    field_2: count,
    field_3: count,
    field_4: z.literal(plain),
    field_5: count,
    field_6: count,
    field_7: z.boolean().default(true),
  }),
});

export interface ChunkRange {
  readonly start: number;
  readonly length: number;
}

/** The one page of a column chunk: its levels, and where its values are. */
export interface Page {
  /** Per value 0 where it begins a row; null where the column holds no lists. */
  readonly repetition: Uint8Array | null;
  /** Per value how much of it is there, see `definitionOf`; null where nothing can be missing. */
  readonly definition: Uint8Array | null;
  readonly values: number;
  /** Bytes of the values in the file, and unpacked. */
  readonly start: number;
  readonly length: number;
  readonly uncompressed: number;
  /** The page does not say that its values stand as they are. */
  readonly mayBeCompressed: boolean;
}

/** Largest definition level of a column: the value itself is there. One less: an element that is null, or, at 0, an empty list. */
export const definitionOf = ({ list, nullable }: Column): number => Number(list === true) + Number(nullable === true);

/**
 * Checks the footer against the schema we write: the same columns, row groups that add up, chunks inside the file.
 * @throws Error saying what differs
 */
export function checkMetadata(metadata: FileMetaData, columns: readonly Column[], limits: TableLimits, fileSize: number): void {
  const comparable = (element: unknown): string => JSON.stringify(element, Object.keys(Object(element) as object).toSorted());
  const expected = parquetSchemaOf(columns);
  const same =
    metadata.schema.length === expected.length &&
    metadata.schema.every((element, i) => {
      const defined = Object.fromEntries(Object.entries(element).filter(([, value]) => value !== undefined));
      return comparable({ ...defined, logical_type: undefined }) === comparable({ ...expected[i], logical_type: undefined });
    });
  if (!same) throw new Error('its columns are not those of a trace');
  let rows = 0n;
  for (const group of metadata.row_groups) {
    rows += group.num_rows;
    if (group.num_rows < 1n || group.num_rows > BigInt(limits.rowsPerGroup))
      throw new Error('a row group has an impossible number of rows');
    if (group.columns.length !== columns.length) throw new Error('a row group lacks columns');
    columns.forEach((column, at) => chunkRange(group, at, column, fileSize));
  }
  if (rows !== metadata.num_rows) throw new Error('its row groups do not add up');
}

/** Where a column's bytes of a row group are. */
export function chunkRange(group: RowGroup, at: number, column: Column, fileSize: number): ChunkRange {
  const chunk: ColumnMetaData | undefined = group.columns[at]?.meta_data;
  if (!chunk || chunk.path_in_schema.join('/') !== pathOf(column).join('/'))
    throw new Error(`column ${column.name} is not where it must be`);
  if (chunk.codec !== 'SNAPPY' && chunk.codec !== 'UNCOMPRESSED') throw new Error(`column ${column.name} is compressed by other means`);
  if (chunk.dictionary_page_offset !== undefined) throw new Error(`column ${column.name} has a dictionary`);
  const start = Number(chunk.data_page_offset);
  const length = Number(chunk.total_compressed_size);
  if (start < 4 || length < 1 || start + length > fileSize) throw new Error(`column ${column.name} is not inside the file`);
  return { start, length };
}

/**
 * Levels in Parquet's hybrid encoding of runs and packed bits, eight values to a group. Runs must not go past the values there are; 8 more
 * are allowed to fill a group.
 * @param most the largest level there can be, 1 or 2
 */
function readLevels(bytes: Uint8Array, most: number, values: number): Uint8Array {
  const width = most > 1 ? 2 : 1;
  const levels = new Uint8Array(values);
  let at = 0;
  let seen = 0;
  while (seen < values) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) throw new Error('levels end too early');
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const packed = header % 2 === 1;
    const run = packed ? ((header - 1) / 2) * 8 : header / 2;
    if (run < 1 || seen + run >= values + 8) throw new Error('levels run past the values');
    const start = at;
    at += packed ? (run / 8) * width : 1;
    if (at > bytes.length) throw new Error('levels end too early');
    const end = Math.min(values, seen + run);
    if (packed) {
      // Eight levels of one bit to a byte, or four of two.
      const shift = width === 1 ? 3 : 2;
      const inByte = (1 << shift) - 1;
      const mask = (1 << width) - 1;
      for (let i = seen; i < end; i++) {
        const place = i - seen;
        const level = ((bytes[start + (place >> shift)] ?? 0) >> (width * (place & inByte))) & mask;
        if (level > most) throw new Error('levels are higher than they can be');
        levels[i] = level;
      }
    } else {
      const level = bytes[start] ?? 0;
      if (level > most) throw new Error('levels are higher than they can be');
      levels.fill(level, seen, end);
    }
    seen += run;
  }
  return levels;
}

/**
 * Checks one column chunk: exactly one page, plain encoding, as many values as rows and lists allow, levels that add up.
 * @throws Error saying what is wrong
 */
export function checkChunk(source: ByteSource, { start, length }: ChunkRange, column: Column, rows: number, limits: TableLimits): Page {
  const head = source.read(start, Math.min(length, pageHeaderBytes));
  checkThrift(head);
  const reader = { view: new DataView(head.buffer), offset: 0 };
  const parsed: unknown = deserializeTCompactProtocol(reader);
  const header = pageHeaderSchema.safeParse(parsed);
  if (!header.success) throw new Error(`column ${column.name} has a page of another kind`);
  const { field_2: uncompressed, field_3: compressed, field_8: page } = header.data;
  const levels = page.field_5 + page.field_6;
  if (reader.offset + compressed !== length || levels > compressed || levels > uncompressed) {
    throw new Error(`column ${column.name} has a page that does not fill its place`);
  }
  if (uncompressed > compressed * largestRatio + 64) throw new Error(`column ${column.name} claims to be compressed beyond reason`);
  const most = column.list === true ? rows * Math.max(1, limits.longestList) : rows;
  if (page.field_3 !== rows || page.field_1 > most || page.field_1 < rows || page.field_2 > page.field_1) {
    throw new Error(`column ${column.name} has ${page.field_1} values in ${page.field_3} rows instead of ${rows} rows`);
  }
  const levelBytes = source.read(start + reader.offset, levels);
  const highest = definitionOf(column);
  return {
    repetition: column.list === true ? readLevels(levelBytes.subarray(0, page.field_6), 1, page.field_1) : null,
    definition: highest > 0 ? readLevels(levelBytes.subarray(page.field_6), highest, page.field_1) : null,
    values: page.field_1,
    start: start + reader.offset + levels,
    length: compressed - levels,
    uncompressed: uncompressed - levels,
    mayBeCompressed: page.field_7,
  };
}
