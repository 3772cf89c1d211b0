import { mkdtempSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { toFloat32 } from '../models/element-types';
import { encodeHalf } from '../models/half';
import { openBundle } from '../traces/bundle-reader';
import { Recorder } from '../traces/recorder';
import { orderedSteps, type SampleRun, sampleRun } from '../traces/testing/sample-run';
import { LiveRun } from './live-run';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-live-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const halved = (values: Float32Array): Float32Array => toFloat32('F16', encodeHalf(values));

/** Everything of the ticks that have been, as the source has it. @param recordedTicks those whose streams were rounded to halves on their way to the disk */
async function expectAll(live: LiveRun, run: SampleRun, ticks: number, recordedTicks: number): Promise<void> {
  const known = orderedSteps({ ...run, ticks: run.ticks.slice(0, ticks) });
  for (const { lane, branch } of run.branches) {
    const own = known.filter(({ record }) => record.lane === lane && record.branch === branch);
    const records = own.map(({ record }) => record);
    expect(await live.steps(lane, branch)).toEqual(records);
    expect(await live.steps(lane, branch, 1, 2)).toEqual(records.slice(1, 3));
    expect(await live.steps(lane, branch, 100, 2)).toEqual([]);
    for (const { record, residual, thought } of own) {
      const expected = record.index < recordedTicks ? halved(residual) : residual;
      expect((await live.tap(lane, branch, record.index, 'residual')).data).toEqual(expected);
      if (thought) expect((await live.tap(lane, branch, record.index, 'thought')).data).toEqual(thought);
      else await expect(live.tap(lane, branch, record.index, 'thought')).rejects.toMatchObject({ code: 'unsupported' });
    }
    await expect(live.tap(lane, branch, own.length, 'residual')).rejects.toMatchObject({ code: 'unknown-run' });
  }
}

it('reads a run back from its journal after every tick, and from its bundle in the end', async () => {
  const run = sampleRun();
  const path = join(folder, 'a.interlinear');
  const recorder = new Recorder({ path });
  await recorder.start(run.info);
  const live = new LiveRun(run.info, recorder.live(run.info));
  for (const [done, tick] of run.ticks.entries()) {
    recorder.steps(tick);
    expect(recorder.recording).toBe(true);
    await expectAll(live, run, done + 1, Infinity);
  }
  await recorder.finish(run.outcome);
  expect(readdirSync(path)).not.toContain('journal.bin');
  await expectAll(live, run, run.ticks.length, Infinity);
  await live.settle(await openBundle(path));
  await expectAll(live, run, run.ticks.length, Infinity);
  await live.close();
  await expect(live.tap(0, 0, 0, 'residual')).rejects.toMatchObject({ code: 'unknown-run' });
});

it('keeps in memory what a failing disk did not take, behind what it did', async () => {
  const run = sampleRun();
  let broken = false;
  const write = (descriptor: number, bytes: Uint8Array): number => {
    if (broken) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
    return writeSync(descriptor, bytes);
  };
  const recorder = new Recorder({ path: join(folder, 'b.interlinear'), write });
  await recorder.start(run.info);
  const live = new LiveRun(run.info, recorder.live(run.info));
  for (const [done, tick] of run.ticks.entries()) {
    broken = done >= 3;
    recorder.steps(tick);
    expect(recorder.recording).toBe(!broken);
    if (!recorder.recording) live.keep(tick);
    await expectAll(live, run, done + 1, 3);
  }
  const { trace, recordingError } = await recorder.finish(run.outcome);
  expect(trace).toBeNull();
  expect(recordingError?.code).toBe('disk-full');
  await expectAll(live, run, run.ticks.length, 3);
  await live.close();
});

it('is all in memory where nothing could be recorded', async () => {
  const run = sampleRun();
  const live = new LiveRun(run.info, null);
  for (const tick of run.ticks) live.keep(tick);
  await expectAll(live, run, run.ticks.length, 0);
});

it('closes the bundle of a run that was closed while it went on', async () => {
  const run = sampleRun();
  const path = join(folder, 'c.interlinear');
  const recorder = new Recorder({ path });
  await recorder.start(run.info);
  const live = new LiveRun(run.info, recorder.live(run.info));
  for (const tick of run.ticks) recorder.steps(tick);
  await live.close();
  await recorder.finish(run.outcome);
  const bundle = await openBundle(path);
  await live.settle(bundle);
  await expect(bundle.steps(0, 0)).rejects.toMatchObject({ code: 'bad-trace' });
});
