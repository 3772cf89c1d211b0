import type { SchemaElement } from 'hyparquet';

/**
 * The part of Parquet our files use: flat columns and lists of one level, each column chunk one page in plain encoding. Any
 * Parquet reader can read it, and our own reader refuses everything else, which keeps hostile files away from the decoder.
 */
export interface Column {
  readonly name: string;
  readonly type: 'BOOLEAN' | 'INT32' | 'FLOAT' | 'DOUBLE' | 'STRING';
  /** A list of such values. */
  readonly list?: boolean;
  /** Values, or the elements of a list, may be null: "not available". */
  readonly nullable?: boolean;
  /** Differs between two runs of the same request: kept uncompressed so that the rest of the file stays the same. */
  readonly timing?: boolean;
}

export interface TableLimits {
  /** Elements of a list. */
  readonly longestList: number;
  readonly rowsPerGroup: number;
}

function leaf(name: string, { type, nullable }: Column): SchemaElement {
  const repetition_type = nullable === true ? 'OPTIONAL' : 'REQUIRED';
  if (type === 'STRING') return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' }, repetition_type };
  return { name, type, repetition_type };
}

function elements(column: Column): SchemaElement[] {
  if (column.list !== true) return [leaf(column.name, column)];
  return [
    { name: column.name, converted_type: 'LIST', logical_type: { type: 'LIST' }, repetition_type: 'REQUIRED', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    leaf('element', column),
  ];
}

export function parquetSchemaOf(columns: readonly Column[]): SchemaElement[] {
  return [{ name: 'schema', num_children: columns.length }, ...columns.flatMap(elements)];
}

/** Names from the root to the column's values, as Parquet's metadata lists them. */
export function pathOf(column: Column): readonly string[] {
  return column.list === true ? [column.name, 'list', 'element'] : [column.name];
}
