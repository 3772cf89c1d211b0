import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBundle } from './bundle-reader';
import { writeCsvFile } from './export-csv';
import { orderedSteps, recordRun, sampleRun, vocabulary } from './testing/sample-run';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-csv-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Takes CSV text apart after the grammar in RFC 4180, section 2. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let row: string[] = [];
  for (let match = field.exec(text); match; match = field.exec(text)) {
    row.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  expect(field.lastIndex === 0 && row.length === 0).toBe(true);
  return rows;
}

describe('steps as CSV', () => {
  it('has a header and a line per step, every value as it was', async () => {
    const run = sampleRun(40);
    const path = join(folder, 'a.interlinear');
    await recordRun(run, { path });
    const bundle = await openBundle(path);
    const target = join(folder, 'steps.csv');
    const bytes = await writeCsvFile(bundle, target);
    await bundle.close();
    const text = readFileSync(target, 'utf8');
    expect(Buffer.byteLength(text)).toBe(bytes);
    const [header, ...rows] = parse(text);
    const names = `lane_kind lane branch parent_branch step kind token_id target_id text forced log_probability
      surprisal_bits entropy_bits margin cosine_to_previous milliseconds top_ids top_probabilities sampled_ids sampled_probabilities layer_norms lens_probability
      lens_rank lens_entropy_bits lens_ids lens_probabilities nearest_ids nearest_cosines`;
    expect(header).toEqual(names.split(/\s+/));
    const steps = orderedSteps(run).map((step) => step.record);
    expect(rows).toHaveLength(steps.length);
    steps.forEach((step, i) => {
      const cell = (name: string): string => rows[i]?.[header?.indexOf(name) ?? -1] ?? 'missing';
      expect(cell('lane_kind')).toBe(['direct', 'best-of-n', 'coconut'][step.lane]);
      expect([cell('lane'), cell('branch'), cell('step')]).toEqual([step.lane, step.branch, step.index].map(String));
      expect(cell('text')).toBe(step.kind === 'thought' ? '' : vocabulary[step.tokenId]);
      expect(cell('log_probability')).toBe(Number.isNaN(step.logProbability) ? '' : String(step.logProbability));
      expect(cell('top_ids')).toBe(step.candidates.ids.join(' '));
      expect(cell('lens_rank')).toMatch(/^\d+ \d+ $/);
    });
  });
});
