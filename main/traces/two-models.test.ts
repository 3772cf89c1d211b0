import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeSteps } from '../contract/frame';
import { layoutsOf } from '../contract/lane-models';
import { bundleFiles } from '../contract/trace';
import { type Bundle, openBundle } from './bundle-reader';
import { exportTrace } from './export-trace';
import { orderedSteps, recordRun, sampleRun, startRecording } from './testing/sample-run';
import { twoModelInfo, twoModelRun } from './testing/two-models';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-models-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

// Long enough for a row group that holds steps of both models.
const run = twoModelRun(40);

async function expectWhole(bundle: Bundle): Promise<void> {
  const packed: number[] = [];
  for await (const event of bundle.events('r', 't')) if (event.type === 'steps') packed.push(...event.packed);
  const steps = orderedSteps(run);
  const expected = encodeSteps(
    steps.map(({ record }) => record),
    layoutsOf(run.info),
  );
  expect(packed).toEqual([...expected]);
  const last = steps.at(-1);
  expect(await bundle.steps(2, 0)).toEqual(steps.filter(({ record }) => record.lane === 2).map(({ record }) => record));
  const tap = await bundle.tap(2, 0, 39, 'residual');
  expect(tap.shape).toEqual([5, 6]);
  expect(tap.data[7]).toBeCloseTo(last?.residual[7] ?? NaN, 2);
  expect((await bundle.tap(0, 0, 39, 'residual')).shape).toEqual([3, 8]);
  expect((await bundle.tap(2, 0, 1, 'thought')).shape).toEqual([6]);
}

describe('a trace of lanes on two models', () => {
  it('gives back every step in the layout of its lane, from the finished bundle', async () => {
    const path = join(folder, 'a.interlinear');
    await recordRun(run, { path });
    const bundle = await openBundle(path);
    expect(bundle.info).toEqual(twoModelInfo);
    await expectWhole(bundle);
    await bundle.close();
  });

  it('gives them back from the journal of a run that was killed', async () => {
    const path = join(folder, 'b.interlinear');
    await startRecording(run, { path });
    const bundle = await openBundle(path);
    expect(bundle.content.outcome.status).toBe('interrupted');
    await expectWhole(bundle);
    await bundle.close();
  });

  it('is written in a schema that older versions refuse by name, while other traces stay in theirs', async () => {
    const schemaOf = (path: string): unknown =>
      (JSON.parse(readFileSync(join(path, bundleFiles.manifest), 'utf8')) as { schema: unknown }).schema;
    await recordRun(run, { path: join(folder, 'c.interlinear') });
    await recordRun(sampleRun(), { path: join(folder, 'd.interlinear') });
    expect([schemaOf(join(folder, 'c.interlinear')), schemaOf(join(folder, 'd.interlinear'))]).toEqual([2, 1]);
  });

  it('names tokens in a table by the words of each lane’s own model', async () => {
    const path = join(folder, 'e.interlinear');
    await recordRun(run, { path });
    await exportTrace(path, 'csv', join(folder, 'e.csv'));
    const texts = readFileSync(join(folder, 'e.csv'), 'utf8').split('\r\n');
    const of = (lane: string): string[] => texts.filter((line) => line.startsWith(lane));
    expect(of('coconut,2,').filter((line) => line.includes('!'))).toHaveLength(38);
    expect(of('direct,0,').filter((line) => line.includes('!'))).toHaveLength(0);
  });

  it('is refused where a lane is on a model the run does not have', async () => {
    const path = join(folder, 'f.interlinear');
    await recordRun(run, { path });
    const file = join(path, bundleFiles.manifest);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"model": "second"', '"model": "third"'));
    await expect(openBundle(path)).rejects.toMatchObject({
      code: 'bad-trace',
      message: expect.stringContaining('the model “third”') as string,
    });
  });
});
