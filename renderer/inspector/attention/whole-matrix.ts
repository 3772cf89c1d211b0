import { attentionBlock } from '../../../main/contract/attention';
import type { BranchReference, InspectorProps } from '../inspector-props';
import type { SequenceToken } from './sequence-tokens';

export interface MatrixQuery {
  readonly branch: BranchReference;
  /** 0 = first. */
  readonly layer: number;
  /** Null: the mean of all heads. */
  readonly head: number | null;
  readonly positions: number;
}

/**
 * The whole matrix as the model computes it, block by block: [positions, positions], 0 above the diagonal.
 * @param onRows told how many rows have come
 * @returns null once the signal has been given
 */
export async function readMatrix(
  load: InspectorProps['loadAttentionBlock'],
  { branch, layer, head, positions }: MatrixQuery,
  signal: AbortSignal,
  onRows: (rows: number) => void,
): Promise<Float32Array | null> {
  const matrix = new Float32Array(positions * positions);
  for (let first = 0; first < positions; first += attentionBlock) {
    const count = Math.min(attentionBlock, positions - first);
    const rows = await load(branch, { layer, head, first, count });
    if (signal.aborted) return null;
    const columns = first + count;
    if (rows.length !== count * columns) throw new RangeError(`${rows.length} numbers are not ${count} rows of ${columns}`);
    for (let row = 0; row < count; row++) matrix.set(rows.subarray(row * columns, (row + 1) * columns), (first + row) * positions);
    onRows(columns);
  }
  return matrix;
}

/** Lines made before the page has its turn. */
const linesAtOnce = 16;

/** Hardly more digits than give a 32-bit float back, which nine always do. */
function shortest(value: number): string {
  for (const digits of [7, 8]) {
    const number = Number(value.toPrecision(digits));
    if (Math.fround(number) === value) return String(number);
  }
  return String(Number(value.toPrecision(9)));
}

const quoted = (text: string): string => (/[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * A matrix as comma-separated values: a line per query position with its token, a column per key position, both counted from 1; what a position cannot see is
 * empty. Every number gives its 32-bit float back.
 * @param matrix [positions, positions]
 */
export async function matrixCsv(
  matrix: Float32Array,
  positions: number,
  tokenAt: (position: number) => SequenceToken,
): Promise<Uint8Array<ArrayBuffer>> {
  const numbers = Array.from({ length: positions }, (_, position) => position + 1);
  const encoder = new TextEncoder();
  // Encoded line by line: the text of a large matrix in one piece would be longer than a string may be.
  const parts = [encoder.encode(`query_position,query_token,${numbers.join(',')}\r\n`)];
  for (let row = 0; row < positions; row++) {
    if (row % linesAtOnce === 0) await new Promise((resolve) => setTimeout(resolve));
    const seen = Array.from(matrix.subarray(row * positions, row * positions + row + 1), shortest);
    parts.push(encoder.encode(`${row + 1},${quoted(tokenAt(row).text)},${seen.join(',')}${','.repeat(positions - row - 1)}\r\n`));
  }
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
