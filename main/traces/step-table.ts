import { candidatesLength, type LaneLayouts, layerScalars, layersPlace, scalarPlace, type StepScalar, stepLength } from '../contract/frame';
import { type StepKind, stepKinds } from '../contract/steps';
import type { ParquetTable } from './parquet-read';
import type { ColumnValues } from './parquet-values';

/** Columns of `steps.parquet` that are a scalar of a packed step. Ids that are not there are -1, other numbers not a number. */
const scalarColumns: readonly (readonly [column: string, scalar: Exclude<StepScalar, 'norm'>, absent: number])[] = [
  ['lane', 'lane', NaN],
  ['branch', 'branch', NaN],
  ['step', 'index', NaN],
  ['token_id', 'tokenId', -1],
  ['target_id', 'targetId', -1],
  ['forced', 'forced', NaN],
  ['log_probability', 'logProbability', NaN],
  ['surprisal_bits', 'surprisal', NaN],
  ['entropy_bits', 'entropy', NaN],
  ['margin', 'margin', NaN],
  ['cosine_to_previous', 'cosineToPrevious', NaN],
  ['milliseconds', 'milliseconds', NaN],
];
/** One number a layer, in the order in which they stand in a packed layer. */
const layerColumns = ['layer_norms', 'lens_probability', 'lens_rank', 'lens_entropy_bits'] as const;

/** Steps of a row group as a frame packs them, and where each begins, in floats. */
export interface PackedGroup {
  readonly packed: Float32Array;
  readonly places: readonly number[];
}

/**
 * The steps of a row group, exactly as they were recorded: from columns straight into packed steps, so that tens of thousands of them
 * are read in a fraction of a second.
 * @throws Error saying which value is wrong when a row does not fit the layout of its lane
 */
export function packGroup(table: ParquetTable, group: number, layoutOf: LaneLayouts): PackedGroup {
  const read = (...names: string[]): ColumnValues[] => table.readGroup(group, names);
  const [lanes] = read('lane');
  const layouts = Array.from(lanes?.numbers ?? [], (lane) => layoutOf(lane));
  let end = 0;
  const places = layouts.map((layout) => {
    const place = end;
    end += stepLength(layout);
    return place;
  });
  const packed = new Float32Array(end);
  /** Calls back with every row: where its step begins, its layout, and where its elements are in each of the columns. */
  const rows = (visit: (place: number, layout: ReturnType<LaneLayouts>, row: number) => void): void => {
    layouts.forEach((layout, row) => {
      visit(places[row] ?? 0, layout, row);
    });
  };

  for (const [column, scalar, absent] of scalarColumns) {
    const [values] = read(column);
    rows((place, layout, row) => {
      const value = values?.numbers[row] ?? NaN;
      packed[place + scalarPlace(scalar, layout)] = Number.isNaN(value) ? absent : value;
    });
  }
  const [kinds] = read('kind');
  rows((place, layout, row) => {
    const kind = stepKinds.indexOf((kinds?.texts[row] ?? '') as StepKind);
    if (kind < 0) throw new Error('kind is not one of the known kinds of step');
    packed[place + scalarPlace('kind', layout)] = kind;
  });

  const candidates = (
    names: readonly [string, string],
    where: (layout: ReturnType<LaneLayouts>) => { readonly offset: number; readonly most: number },
  ): void => {
    const [ids, probabilities] = read(...names);
    if (!ids || !probabilities) return;
    rows((place, layout, row) => {
      const { offset, most } = where(layout);
      const length = lengthOf(ids, row);
      if (length > most) throw new Error(`${names[0]} is not a list of at most ${most} numbers`);
      if (length !== lengthOf(probabilities, row)) throw new Error(`${names.join(' and ')} differ in length`);
      writeList(packed, place + offset, ids, row, 0, length, most, -1);
      writeList(packed, place + offset + most, probabilities, row, 0, length, most, 0);
    });
  };
  const scalars = (layout: ReturnType<LaneLayouts>): number => layersPlace(layout).offset - 2 * candidatesLength(layout);
  candidates(['top_ids', 'top_probabilities'], (layout) => ({ offset: scalars(layout), most: layout.candidates }));
  candidates(['sampled_ids', 'sampled_probabilities'], (layout) => ({
    offset: scalars(layout) + candidatesLength(layout),
    most: layout.candidates,
  }));
  candidates(['nearest_ids', 'nearest_cosines'], (layout) => {
    const { offset, length } = layersPlace(layout);
    return { offset: offset + length, most: layout.nearest };
  });

  const stride = (layout: ReturnType<LaneLayouts>): number => layersPlace(layout).length / layout.streams;
  layerColumns.forEach((name, scalar) => {
    const [values] = read(name);
    if (!values) return;
    rows((place, layout, row) => {
      checkLength(name, values, row, layout.streams);
      const first = values.starts[row] ?? 0;
      const at = place + layersPlace(layout).offset + scalar;
      const step = stride(layout);
      for (let layer = 0; layer < layout.streams; layer++) packed[at + layer * step] = values.numbers[first + layer] ?? NaN;
    });
  });
  const [lensIds, lensProbabilities] = read('lens_ids', 'lens_probabilities');
  if (lensIds && lensProbabilities)
    rows((place, layout, row) => {
      const { streams, lens } = layout;
      checkLength('lens_ids', lensIds, row, streams * lens);
      checkLength('lens_probabilities', lensProbabilities, row, streams * lens);
      const first = lensIds.starts[row] ?? 0;
      const step = stride(layout);
      for (let layer = 0; layer < streams; layer++) {
        const at = place + layersPlace(layout).offset + layer * step + layerScalars;
        // Empty places are at the end of a layer's share.
        let length = 0;
        while (length < lens && !Number.isNaN(lensIds.numbers[first + layer * lens + length] ?? NaN)) length++;
        writeList(packed, at, lensIds, row, layer * lens, length, lens, -1);
        writeList(packed, at + lens, lensProbabilities, row, layer * lens, length, lens, 0);
      }
    });
  return { packed, places };
}

const lengthOf = ({ starts }: ColumnValues, row: number): number => (starts[row + 1] ?? 0) - (starts[row] ?? 0);

function checkLength(name: string, values: ColumnValues, row: number, length: number): void {
  const found = lengthOf(values, row);
  if (found > length) throw new Error(`${name} is not a list of at most ${length} numbers`);
  if (found !== length) throw new Error(`${name} has ${found} elements instead of ${length}`);
}

/** Writes `length` elements of a row's list, from its element `from` on, and `empty` up to `room`. */
function writeList(
  packed: Float32Array,
  at: number,
  values: ColumnValues,
  row: number,
  from: number,
  length: number,
  room: number,
  empty: number,
): void {
  const first = (values.starts[row] ?? 0) + from;
  for (let i = 0; i < room; i++) packed[at + i] = i < length ? (values.numbers[first + i] ?? NaN) : empty;
}
