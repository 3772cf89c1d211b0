import { type FrameLayout, stepLength } from '../contract/frame';
import type { Candidates, LayerReading, StepRecord } from '../contract/steps';
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
