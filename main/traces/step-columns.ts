import { type FrameLayout, type LaneLayouts, stepLength } from '../contract/frame';
import { bits, branchIndex, laneIndex, milliseconds, stepIndex } from '../contract/ids';
import { type Candidates, type LayerReading, type StepRecord, stepKinds } from '../contract/steps';
import type { Column, TableLimits } from './parquet-profile';
import type { Value } from './parquet-write';

/** What a row says beside the step itself. */
export interface StepContext {
  readonly layout: FrameLayout;
  /** Token texts by id. */
  readonly vocabulary: readonly string[];
  readonly parent: number | null;
}

type StepColumn = Column & { readonly value: (step: StepRecord, context: StepContext) => Value };

/** Not a number means "not available" in a step, and null in a table. */
const available = (value: number): number | null => (Number.isNaN(value) ? null : value);
const perLayer = (of: (layer: LayerReading) => number) => (step: StepRecord) => step.layers.map((layer) => available(of(layer)));

/** Every layer takes `count` places, so that element `layer * count + i` is candidate i of that layer; empty places are null. */
function padded(layers: readonly LayerReading[], count: number, of: (top: Candidates) => readonly number[]): (number | null)[] {
  return layers.flatMap(({ top }) => Array.from({ length: count }, (_, i) => of(top)[i] ?? null));
}

/** The columns of `steps.parquet`, in order: a row per step, ordered by lane, branch, step. */
export const stepColumns: readonly StepColumn[] = [
  { name: 'lane', type: 'INT32', value: (step) => step.lane },
  { name: 'branch', type: 'INT32', value: (step) => step.branch },
  { name: 'parent_branch', type: 'INT32', nullable: true, value: (_, context) => context.parent },
  { name: 'step', type: 'INT32', value: (step) => step.index },
  { name: 'kind', type: 'STRING', value: (step) => step.kind },
  { name: 'token_id', type: 'INT32', nullable: true, value: (step) => (step.tokenId < 0 ? null : step.tokenId) },
  { name: 'target_id', type: 'INT32', nullable: true, value: (step) => (step.targetId < 0 ? null : step.targetId) },
  { name: 'text', type: 'STRING', nullable: true, value: (step, context) => context.vocabulary[step.tokenId] ?? null },
  { name: 'forced', type: 'BOOLEAN', value: (step) => step.forced },
  { name: 'log_probability', type: 'FLOAT', nullable: true, value: (step) => available(step.logProbability) },
  { name: 'surprisal_bits', type: 'FLOAT', nullable: true, value: (step) => available(step.surprisal) },
  { name: 'entropy_bits', type: 'FLOAT', nullable: true, value: (step) => available(step.entropy) },
  { name: 'margin', type: 'FLOAT', nullable: true, value: (step) => available(step.margin) },
  { name: 'cosine_to_previous', type: 'FLOAT', nullable: true, value: (step) => available(step.cosineToPrevious) },
  { name: 'milliseconds', type: 'FLOAT', nullable: true, timing: true, value: (step) => available(step.milliseconds) },
  { name: 'top_ids', type: 'INT32', list: true, value: (step) => step.candidates.ids },
  { name: 'top_probabilities', type: 'FLOAT', list: true, value: (step) => step.candidates.probabilities },
  { name: 'sampled_ids', type: 'INT32', list: true, value: (step) => step.sampled.ids },
  { name: 'sampled_probabilities', type: 'FLOAT', list: true, value: (step) => step.sampled.probabilities },
  { name: 'layer_norms', type: 'FLOAT', list: true, nullable: true, value: perLayer((layer) => layer.norm) },
  { name: 'lens_probability', type: 'FLOAT', list: true, nullable: true, value: perLayer((layer) => layer.probability) },
  { name: 'lens_rank', type: 'INT32', list: true, nullable: true, value: perLayer((layer) => layer.rank) },
  { name: 'lens_entropy_bits', type: 'FLOAT', list: true, nullable: true, value: perLayer((layer) => layer.entropy) },
  {
    name: 'lens_ids',
    type: 'INT32',
    list: true,
    nullable: true,
    value: (step, { layout }) => padded(step.layers, layout.lens, (top) => top.ids),
  },
  {
    name: 'lens_probabilities',
    type: 'FLOAT',
    list: true,
    nullable: true,
    value: (step, { layout }) => padded(step.layers, layout.lens, (top) => top.probabilities),
  },
  { name: 'nearest_ids', type: 'INT32', list: true, value: (step) => step.nearest.ids },
  { name: 'nearest_cosines', type: 'FLOAT', list: true, value: (step) => step.nearest.probabilities },
];

/** How large a table's parts may be: what the writer keeps to and the reader checks. @param layouts of the run's models */
export function stepTableLimits(layouts: readonly FrameLayout[]): TableLimits {
  const groupFloats = 1 << 18;
  const longestStep = Math.max(...layouts.map(stepLength));
  return {
    longestList: Math.max(...layouts.map(({ candidates, nearest, streams, lens }) => Math.max(candidates, nearest, streams * lens))),
    rowsPerGroup: Math.min(2048, Math.max(16, Math.floor(groupFloats / longestStep))),
  };
}

/** One row as the Parquet reader gives it, asked for value by value; every answer is checked. */
class Row {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  number(name: string): number {
    const value = this.values[name];
    if (value === null) return NaN;
    if (typeof value !== 'number') throw new Error(`${name} is not a number`);
    return value;
  }

  list(name: string, longest: number): number[] {
    const value = this.values[name];
    if (!Array.isArray(value) || value.length > longest) throw new Error(`${name} is not a list of at most ${longest} numbers`);
    return value.map((element: unknown) => {
      if (element === null || element === undefined) return NaN;
      if (typeof element !== 'number') throw new Error(`${name} holds something that is not a number`);
      return element;
    });
  }

  exactList(name: string, length: number): number[] {
    const list = this.list(name, length);
    if (list.length !== length) throw new Error(`${name} has ${list.length} elements instead of ${length}`);
    return list;
  }

  candidates(ids: string, probabilities: string, longest: number): Candidates {
    const pair = { ids: this.list(ids, longest), probabilities: this.list(probabilities, longest) };
    if (pair.ids.length !== pair.probabilities.length) throw new Error(`${ids} and ${probabilities} differ in length`);
    return pair;
  }
}

/** Empty places are at the end of a layer's share. */
function candidatesAt(ids: readonly number[], probabilities: readonly number[], from: number, count: number): Candidates {
  const own = ids.slice(from, from + count);
  const end = own.findIndex((id) => Number.isNaN(id));
  const length = end < 0 ? count : end;
  return { ids: own.slice(0, length), probabilities: probabilities.slice(from, from + length) };
}

/**
 * A step out of a row, exactly as it was recorded.
 * @throws Error saying which value is wrong when the row does not fit the layout of its lane
 */
export function stepFromRow(values: Readonly<Record<string, unknown>>, layoutOf: LaneLayouts): StepRecord {
  const row = new Row(values);
  const layout = layoutOf(row.number('lane'));
  const kind = stepKinds.find((one) => one === values['kind']);
  if (!kind) throw new Error('kind is not one of the known kinds of step');
  const forced = values['forced'];
  if (typeof forced !== 'boolean') throw new Error('forced is not true or false');
  const id = (name: string): number => (Number.isNaN(row.number(name)) ? -1 : row.number(name));
  const norms = row.exactList('layer_norms', layout.streams);
  const probabilities = row.exactList('lens_probability', layout.streams);
  const ranks = row.exactList('lens_rank', layout.streams);
  const entropies = row.exactList('lens_entropy_bits', layout.streams);
  const lensIds = row.exactList('lens_ids', layout.streams * layout.lens);
  const lensProbabilities = row.exactList('lens_probabilities', layout.streams * layout.lens);
  return {
    lane: laneIndex(row.number('lane')),
    branch: branchIndex(row.number('branch')),
    index: stepIndex(row.number('step')),
    kind,
    tokenId: id('token_id'),
    targetId: id('target_id'),
    forced,
    logProbability: row.number('log_probability'),
    surprisal: bits(row.number('surprisal_bits')),
    entropy: bits(row.number('entropy_bits')),
    margin: row.number('margin'),
    cosineToPrevious: row.number('cosine_to_previous'),
    milliseconds: milliseconds(row.number('milliseconds')),
    candidates: row.candidates('top_ids', 'top_probabilities', layout.candidates),
    sampled: row.candidates('sampled_ids', 'sampled_probabilities', layout.candidates),
    layers: norms.map((norm, layer) => ({
      norm,
      probability: probabilities[layer] ?? NaN,
      rank: ranks[layer] ?? NaN,
      entropy: bits(entropies[layer] ?? NaN),
      top: candidatesAt(lensIds, lensProbabilities, layer * layout.lens, layout.lens),
    })),
    nearest: row.candidates('nearest_ids', 'nearest_cosines', layout.nearest),
  };
}
