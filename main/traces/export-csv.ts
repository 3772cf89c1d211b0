import { basename, dirname } from 'node:path';
import { decodeSteps } from '../contract/frame';
import { modelOfLane } from '../contract/lane-models';
import type { StepRecord } from '../contract/steps';
import type { Bundle } from './bundle-reader';
import { replaceFile, type WriteBytes } from './file-writer';
import { type StepContext, stepColumns } from './step-columns';

type Cell = boolean | number | string | null;
type CsvColumn = { readonly name: string; readonly value: (step: StepRecord, context: StepContext, kind: string) => Cell };

const portion = 256;
const joined = (values: readonly (number | null)[]): string => values.map((value) => value ?? '').join(' ');

/**
 * The header of the table: the lane's kind, then the columns of `steps.parquet` under the same names. A list is one field, its
 * elements apart by single spaces; "not available" is an empty field, or an empty element.
 */
const csvColumns: readonly CsvColumn[] = [
  { name: 'lane_kind', value: (_step, _context, kind) => kind },
  ...stepColumns.map((column): CsvColumn => ({
    name: column.name,
    value: (step, context) => {
      const value = column.value(step, context);
      return value === null || typeof value !== 'object' ? value : joined(value);
    },
  })),
];

/** RFC 4180: fields with a comma, a quotation mark or a line break are quoted, quotation marks doubled. */
function csvField(value: Cell): string {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const csvLine = (values: readonly Cell[]): string => `${values.map(csvField).join(',')}\r\n`;

/** The steps of a run as CSV text, piece by piece: the header line, then a line per step. */
async function* csvOf({ content }: Bundle): AsyncGenerator<string> {
  const { info, series, branches } = content;
  yield csvLine(csvColumns.map((column) => column.name));
  for (const one of series) {
    const parent = branches.find((branch) => branch.lane === one.lane && branch.branch === one.branch)?.parent ?? null;
    const { layout, vocabulary } = modelOfLane(info, one.lane);
    const context = { layout, vocabulary, parent };
    const kind = info.request.lanes[one.lane]?.kind ?? '';
    for (let from = 0; from < one.steps.length; from += portion) {
      const packed = await content.packed(one, from, Math.min(from + portion, one.steps.length));
      const steps = decodeSteps(layout, packed);
      yield steps.map((step) => csvLine(csvColumns.map((column) => column.value(step, context, kind)))).join('');
    }
  }
}

/** Writes the steps of a run as a CSV file. Returns the bytes written. @throws InterlinearError `disk-full`, `disk-error`, `bad-trace` */
export async function writeCsvFile(bundle: Bundle, target: string, write?: WriteBytes): Promise<number> {
  const { bytes } = await replaceFile(dirname(target), basename(target), write, async (file) => {
    for await (const text of csvOf(bundle)) file.append(Buffer.from(text, 'utf8'));
  });
  return bytes;
}
