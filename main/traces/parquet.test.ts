import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ByteWriter, parquetWriteBuffer } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inMemory } from './byte-source';
import { FileWriter } from './file-writer';
import { checkChunk } from './parquet-guard';
import { type Column, parquetSchemaOf } from './parquet-profile';
import { ParquetTable } from './parquet-read';
import { type Value, writeParquet } from './parquet-write';

const columns: readonly Column[] = [
  { name: 'number', type: 'FLOAT', nullable: true },
  { name: 'text', type: 'STRING', nullable: true },
  { name: 'flag', type: 'BOOLEAN' },
  { name: 'list', type: 'FLOAT', list: true, nullable: true },
  { name: 'ids', type: 'INT32', list: true },
];
const limits = { longestList: 4, rowsPerGroup: 100 };
const open = (bytes: Uint8Array): ParquetTable => new ParquetTable(inMemory(bytes, 'table.parquet'), columns, limits);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-parquet-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function written(groups: readonly (readonly (readonly Value[])[])[]): Promise<Uint8Array> {
  const path = join(folder, 'table.parquet');
  const file = new FileWriter(path);
  await writeParquet(
    file,
    columns,
    (async function* () {
      yield* groups;
    })(),
  );
  file.close();
  return readFileSync(path);
}

/** A group row by row; there is no number that is none in these tables, so it stands for null. */
function rowsOf(table: ParquetTable, group: number): Value[][] {
  const available = (value: number): number | null => (Number.isNaN(value) ? null : value);
  const values = table.readGroup(
    group,
    columns.map(({ name }) => name),
  );
  const { start, end } = table.groups()[group] ?? { start: 0, end: 0 };
  return Array.from({ length: end - start }, (_, row) =>
    columns.map(({ type, list }, at): Value => {
      const { numbers, texts, starts } = values[at] ?? { numbers: new Float64Array(), texts: [], starts: new Uint32Array() };
      if (list === true) return Array.from(numbers.subarray(starts[row], starts[row + 1]), available);
      if (type === 'STRING') return texts[row] ?? null;
      const number = numbers[row] ?? NaN;
      return type === 'BOOLEAN' ? number === 1 : available(number);
    }),
  );
}

describe('a table', () => {
  it('gives back nulls, empty lists, nulls in lists, minus zero and infinity, group by group', async () => {
    const groups: Value[][][] = [
      [
        [1.5, 'a', true, [1, null, -0], []],
        [null, null, false, [], [7]],
      ],
      [[-0, 'späť →', true, [Infinity, -Infinity], [1, 2, 3, 4]]],
      [],
      [[null, '', false, [null], []]],
    ];
    const table = open(await written(groups));
    expect(table.groups()).toEqual([
      { start: 0, end: 2 },
      { start: 2, end: 3 },
      { start: 3, end: 4 },
    ]);
    expect(table.groups().flatMap((_, group) => rowsOf(table, group))).toEqual(groups.flat());
  });

  it('may have no rows', async () => {
    expect(open(await written([])).rows).toBe(0);
  });
});

describe('a Parquet file that is not of our profile', () => {
  const row = [0.5, 'a', true, [1], [1]] as const;
  const columnData = columns.map((column, i) => ({ name: column.name, data: Array.from({ length: 50 }, () => row[i]) }));
  const bytesOf = (options: object): Uint8Array =>
    new Uint8Array(parquetWriteBuffer({ columnData, schema: parquetSchemaOf(columns), statistics: false, ...options }));

  it('with dictionaries is refused', () => {
    expect(() => open(bytesOf({}))).toThrow('dictionary');
  });

  it('with more rows in a group than we write is refused', () => {
    const many = columns.map((column, i) => ({ name: column.name, encoding: 'PLAIN', data: Array.from({ length: 101 }, () => row[i]) }));
    expect(() => open(bytesOf({ columnData: many }))).toThrow('impossible number of rows');
  });

  it('with other columns is refused', () => {
    const other = [{ name: 'number', data: [1], type: 'DOUBLE' as const }];
    expect(() => open(new Uint8Array(parquetWriteBuffer({ columnData: other })))).toThrow('columns are not those');
  });

  it.each([0, 3, 11])('of %i bytes is refused', (size) => {
    expect(() => open(new Uint8Array(size))).toThrow('too short');
  });
});

describe('a page made to exhaust its reader', () => {
  interface Page {
    readonly values: number;
    readonly rows: number;
    readonly definition: readonly number[];
    readonly repetition: readonly number[];
    readonly uncompressed?: number;
  }

  function check(page: Page, column: Column): void {
    const writer = new ByteWriter();
    const levels = page.definition.length + page.repetition.length;
    writePageHeader(writer, {
      type: 'DATA_PAGE_V2',
      uncompressed_page_size: page.uncompressed ?? levels,
      compressed_page_size: levels,
      data_page_header_v2: {
        num_values: page.values,
        num_nulls: page.values,
        num_rows: page.rows,
        encoding: 'PLAIN',
        definition_levels_byte_length: page.definition.length,
        repetition_levels_byte_length: page.repetition.length,
        is_compressed: true,
      },
    });
    writer.appendBytes(Uint8Array.from([...page.repetition, ...page.definition]));
    const bytes = writer.getBytes();
    checkChunk(inMemory(bytes, 'table.parquet'), { start: 0, length: bytes.length }, column, 2, limits);
  }

  const list: Column = { name: 'list', type: 'FLOAT', list: true, nullable: true };
  const optional: Column = { name: 'number', type: 'FLOAT', nullable: true };
  /** A run of two equal levels, and one of 2^27. */
  const two = [4, 0];
  const endless = [0x80, 0x80, 0x80, 0x80, 1, 0];

  it('is let through when it is honest', () => {
    expect(() => {
      check({ values: 2, rows: 2, definition: two, repetition: [] }, optional);
    }).not.toThrow();
    expect(() => {
      check({ values: 2, rows: 2, definition: two, repetition: two }, list);
    }).not.toThrow();
  });

  it.each<[string, Page, Column, string]>([
    ['a run of levels past its values', { values: 2, rows: 2, definition: endless, repetition: [] }, optional, 'run past'],
    ['the same in a list', { values: 2, rows: 2, definition: two, repetition: endless }, list, 'run past'],
    ['runs of no levels at all', { values: 2, rows: 2, definition: [0, 0, 0, 0], repetition: [] }, optional, 'run past'],
    ['levels that end early', { values: 2, rows: 2, definition: [], repetition: [] }, optional, 'too early'],
    [
      'a number without end',
      { values: 2, rows: 2, definition: Array.from({ length: 20 }, () => 0xff), repetition: [] },
      optional,
      'too early',
    ],
    ['more values than lists may have', { values: 9, rows: 2, definition: two, repetition: two }, list, '9 values'],
    ['more values than rows', { values: 3, rows: 2, definition: two, repetition: [] }, optional, '3 values'],
    ['another number of rows', { values: 2, rows: 1, definition: two, repetition: [] }, optional, 'in 1 rows'],
    [
      'a size that nothing compresses from',
      { values: 2, rows: 2, definition: two, repetition: [], uncompressed: 1 << 30 },
      optional,
      'beyond reason',
    ],
  ])('by %s is refused', (_, page, column, message) => {
    expect(() => {
      check(page, column);
    }).toThrow(message);
  });
});
