import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { StepRecord } from '../../contract/steps';
import { orderedSteps, recordRun, sampleRun, vocabulary } from '../testing/sample-run';

/** `npm test` names a Python that has what is needed here, and makes one where it can. */
const python = process.env['INTERLINEAR_PYTHON'] ?? 'python3';
const has = (modules: string): boolean => spawnSync(python, ['-c', `import ${modules}`]).status === 0;

const run = sampleRun();
const steps = orderedSteps(run);
let folder = '';
let bundle = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-python-'));
  bundle = join(folder, 'run.interlinear');
  await recordRun(run, { path: bundle });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function read<T extends z.ZodType>(reader: string, schema: T): z.infer<T> {
  const { status, stdout, stderr } = spawnSync(python, [join(import.meta.dirname, 'check_bundle.py'), reader, bundle], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return schema.parse(JSON.parse(stdout));
}

const tableSchema = z.object({ types: z.record(z.string(), z.string()), rows: z.array(z.record(z.string(), z.unknown())) });
const tablesSchema = z.object({ steps: tableSchema, branches: tableSchema });
const tensorsSchema = z.record(z.string(), z.object({ type: z.string(), shape: z.array(z.number()), values: z.array(z.number()) }));

/** As the script prints a number: null for "not available", text for infinity. */
const shown = (value: number): number | string | null => (Number.isNaN(value) ? null : value === Infinity ? 'inf' : value);
/** A table holds 32-bit floats. */
const float = (value: number): number | string | null => shown(Math.fround(value));

/** What the row of a step must say, written out by hand from the format's description. */
function expectedRow(step: StepRecord): Record<string, unknown> {
  const perLayer = (of: (layer: StepRecord['layers'][number]) => number): unknown[] => step.layers.map((layer) => float(of(layer)));
  const lens = (of: (top: StepRecord['candidates'], i: number) => number | undefined): unknown[] =>
    step.layers.flatMap(({ top }) => [0, 1].map((i) => of(top, i) ?? null));
  return {
    lane: step.lane,
    branch: step.branch,
    parent_branch: step.lane === 1 && step.branch === 2 ? 0 : null,
    step: step.index,
    kind: step.kind,
    token_id: step.kind === 'thought' ? null : step.tokenId,
    target_id: step.targetId,
    text: step.kind === 'thought' ? null : vocabulary[step.tokenId],
    forced: step.forced,
    log_probability: float(step.logProbability),
    surprisal_bits: float(step.surprisal),
    entropy_bits: float(step.entropy),
    margin: float(step.margin),
    cosine_to_previous: float(step.cosineToPrevious),
    milliseconds: float(step.milliseconds),
    top_ids: step.candidates.ids,
    top_probabilities: step.candidates.probabilities,
    sampled_ids: step.sampled.ids,
    sampled_probabilities: step.sampled.probabilities,
    layer_norms: perLayer((layer) => layer.norm),
    lens_probability: perLayer((layer) => layer.probability),
    lens_rank: perLayer((layer) => layer.rank),
    lens_entropy_bits: perLayer((layer) => layer.entropy),
    lens_ids: lens((top, i) => top.ids[i]),
    lens_probabilities: lens((top, i) => top.probabilities[i]),
    nearest_ids: step.nearest.ids,
    nearest_cosines: step.nearest.probabilities,
  };
}

describe.each(['pandas', 'polars', 'duckdb'])('%s', (reader) => {
  it.skipIf(!has(reader === 'pandas' ? 'pandas, pyarrow' : reader))('opens both tables unaided and finds every value', () => {
    const tables = read(reader, tablesSchema);
    expect(tables.steps.rows).toEqual(steps.map((step) => expectedRow(step.record)));
    expect(
      tables.branches.rows.map((row) => [row['lane'], row['branch'], row['lane_kind'], row['steps'], row['text'], row['answer']]),
    ).toEqual(run.branches.map((one) => [one.lane, one.branch, run.info.request.lanes[one.lane]?.kind, one.steps, one.text, one.answer]));
    expect(tables.branches.rows.map((row) => row['mean_log_probability'])).toEqual(
      run.branches.map((one) => one.scores.meanLogProbability),
    );
    expect(tables.branches.rows.map((row) => row['lane_answer'])).toEqual(run.branches.map((one) => one.branch === 0));
  });
});

describe('safetensors.numpy', () => {
  it.skipIf(!has('safetensors.numpy'))('opens the tensors unaided and finds every value', () => {
    const tensors = read('safetensors', tensorsSchema);
    const names = ['lane0.branch0', 'lane1.branch0', 'lane1.branch1', 'lane1.branch2', 'lane2.branch0'];
    const expected = [
      ...names.flatMap((name) => [`${name}.residual`, `${name}.residual_steps`]),
      'lane2.branch0.thoughts',
      'lane2.branch0.thought_steps',
    ];
    expect(Object.keys(tensors).toSorted()).toEqual(expected.toSorted());
    for (const name of names) {
      const own = steps.filter(({ record }) => `lane${record.lane}.branch${record.branch}` === name);
      const residual = tensors[`${name}.residual`];
      expect(residual).toMatchObject({ type: 'float16', shape: [own.length, 3, 8] });
      expect(tensors[`${name}.residual_steps`]).toMatchObject({ type: 'int32', values: own.map(({ record }) => record.index) });
      own
        .flatMap((step) => [...step.residual])
        .forEach((value, i) => {
          expect(Math.abs((residual?.values[i] ?? NaN) - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11);
        });
    }
    const thoughts = steps.filter((step) => step.thought);
    expect(tensors['lane2.branch0.thoughts']).toEqual({
      type: 'float32',
      shape: [2, 8],
      values: thoughts.flatMap((step) => [...(step.thought ?? [])]),
    });
    expect(tensors['lane2.branch0.thought_steps']?.values).toEqual([0, 1]);
  });
});
