import type { ByteSource } from './byte-source';
import { definitionOf, type Page } from './parquet-guard';
import type { Column } from './parquet-profile';
import { uncompressSnappy } from './snappy-guard';

/** A column of a row group. Row r of a list has the elements from `starts[r]` to before `starts[r + 1]`; of any other column element r. */
export interface ColumnValues {
  /** Numbers, or 0 and 1 for truth values; not a number where there is none. Empty for texts. */
  readonly numbers: Float64Array;
  /** Texts, null where there is none. Empty for all else. */
  readonly texts: readonly (string | null)[];
  readonly starts: Uint32Array;
}

/** The values of a checked page, column by column rather than row by row: of thousands of lists none becomes an object. @throws Error saying what is wrong */
export function readValues(source: ByteSource, page: Page, column: Column, rows: number, codec: string): ColumnValues {
  const highest = definitionOf(column);
  const { definition } = page;
  const present = definition === null ? page.values : count(definition, highest);
  const bytes = unpacked(source, page, codec);
  const starts = startsOf(page, column, rows);
  const elements = starts.at(-1) ?? 0;
  if (column.type === 'STRING')
    return { numbers: new Float64Array(), texts: placed(textsOf(bytes, present), page, elements, highest), starts };
  const numbers = numbersOf(bytes, column.type, present);
  if (present === elements) return { numbers, texts: [], starts };
  const spread = new Float64Array(elements).fill(NaN);
  // Empty lists have a level, 0, and no element.
  const emptyList = column.list === true ? 0 : -1;
  let from = 0;
  let at = 0;
  for (let i = 0; i < page.values; i++) {
    const level = definition?.[i] ?? highest;
    if (level === highest) spread[at] = numbers[from++] ?? NaN;
    if (level !== emptyList) at++;
  }
  return { numbers: spread, texts: [], starts };
}

function count(levels: Uint8Array, wanted: number): number {
  let found = 0;
  for (let i = 0; i < levels.length; i++) if (levels[i] === wanted) found++;
  return found;
}

function unpacked(source: ByteSource, { start, length, uncompressed, mayBeCompressed }: Page, codec: string): Uint8Array<ArrayBuffer> {
  const bytes = source.read(start, length);
  if (codec === 'SNAPPY' && mayBeCompressed) return length === 0 ? bytes : uncompressSnappy(bytes, uncompressed);
  if (length !== uncompressed) throw new Error('a page that is not compressed has two sizes');
  return bytes;
}

function startsOf({ repetition, definition, values }: Page, column: Column, rows: number): Uint32Array {
  const starts = new Uint32Array(rows + 1);
  if (repetition === null) {
    if (values !== rows) throw new Error(`column ${column.name} has ${values} values in ${rows} rows`);
    return starts.map((_, row) => row);
  }
  let row = 0;
  let at = 0;
  for (let i = 0; i < values; i++) {
    const there = (definition?.[i] ?? 0) > 0;
    if (repetition[i] === 0) {
      if (row === rows) throw new Error(`column ${column.name} has more rows than its table`);
      starts[row++] = at;
    } else if (row === 0 || !there) throw new Error(`column ${column.name} has an element of no list`);
    if (there) at++;
  }
  if (row !== rows) throw new Error(`column ${column.name} has fewer rows than its table`);
  starts[rows] = at;
  return starts;
}

function numbersOf(bytes: Uint8Array<ArrayBuffer>, type: Exclude<Column['type'], 'STRING'>, values: number): Float64Array {
  const expected = { BOOLEAN: Math.ceil(values / 8), INT32: 4 * values, FLOAT: 4 * values, DOUBLE: 8 * values }[type];
  if (bytes.length !== expected) throw new Error('a page does not hold the values it says');
  switch (type) {
    case 'BOOLEAN':
      return Float64Array.from({ length: values }, (_, i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1);
    case 'INT32':
      return new Float64Array(new Int32Array(bytes.buffer));
    case 'FLOAT':
      return new Float64Array(new Float32Array(bytes.buffer));
    case 'DOUBLE':
      return new Float64Array(bytes.buffer);
    default:
      return type satisfies never;
  }
}

function textsOf(bytes: Uint8Array, values: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  const texts: string[] = [];
  let at = 0;
  for (let i = 0; i < values; i++) {
    if (at + 4 > bytes.length) throw new Error('a text ends too early');
    const length = view.getUint32(at, true);
    at += 4;
    if (length > bytes.length - at) throw new Error('a text ends too early');
    texts.push(decoder.decode(bytes.subarray(at, at + length)));
    at += length;
  }
  if (at !== bytes.length) throw new Error('a page does not hold the values it says');
  return texts;
}

/** Texts with null where there is none. Our profile has no lists of texts. */
function placed(texts: readonly string[], { definition }: Page, elements: number, highest: number): (string | null)[] {
  let from = 0;
  return Array.from({ length: elements }, (_, i) => (definition === null || definition[i] === highest ? (texts[from++] ?? null) : null));
}
