import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ErrorReport } from '../contract/errors';
import { encodeSteps } from '../contract/frame';
import type { RunEvent } from '../contract/protocol';
import { runEventSchema } from '../contract/protocol';
import { openBundle } from './bundle-reader';
import { ParquetTable } from './parquet-read';
import { orderedSteps, recordRun, sampleRun, startRecording } from './testing/sample-run';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-traces-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const run = sampleRun();
const packedOf = (steps: ReturnType<typeof orderedSteps>): Float32Array =>
  encodeSteps(
    steps.map((step) => step.record),
    run.info.layout,
  );
/** Bit patterns, so that minus zero differs from zero and not-a-number equals itself. */
const bitsOf = (values: Float32Array): number[] => [...new Uint32Array(values.buffer, values.byteOffset, values.length)];

async function eventsOf(path: string): Promise<RunEvent[]> {
  const bundle = await openBundle(path);
  const events: RunEvent[] = [];
  for await (const event of bundle.events('r', 't')) events.push(event);
  await bundle.close();
  return events;
}

function stepsIn(events: readonly RunEvent[]): number[] {
  return events.flatMap((event) => (event.type === 'steps' ? bitsOf(event.packed) : []));
}

describe('a recorded run', () => {
  it('says the same again as when it ran, bit for bit', async () => {
    const path = join(folder, 'a.interlinear');
    const recording = await recordRun(run, { path });
    expect(recording.recordingError).toBeNull();
    const events = await eventsOf(path);
    for (const event of events) expect(runEventSchema.safeParse(event).success).toBe(true);
    expect(events[0]).toEqual({ type: 'started', run: 'r', info: run.info, recorded: true });
    expect(stepsIn(events)).toEqual(bitsOf(packedOf(orderedSteps(run))));
    expect(events.flatMap((event) => (event.type === 'branch' ? [event.record] : []))).toEqual(run.branches);
    expect(events.flatMap((event) => (event.type === 'lane' ? [event.record] : []))).toEqual(run.lanes);
    expect(events.at(-1)).toEqual({
      type: 'finished',
      run: 'r',
      outcome: run.outcome,
      trace: { id: 't', bytes: recording.trace?.bytes },
      recordingError: null,
    });
  });

  it('keeps the tensors of every step: residual streams as halves, thoughts exactly', async () => {
    const path = join(folder, 'a.interlinear');
    await recordRun(run, { path });
    const bundle = await openBundle(path);
    for (const { record, residual, thought } of orderedSteps(run)) {
      const kept = await bundle.tap(record.lane, record.branch, record.index, 'residual');
      expect(kept.shape).toEqual([3, 8]);
      // Half precision: 11 significant bits, so an error of at most 2^-11 of the value.
      kept.data.forEach((value, i) => {
        expect(Math.abs(value - (residual[i] ?? NaN))).toBeLessThanOrEqual(Math.abs(residual[i] ?? NaN) * 2 ** -11);
      });
      const fed = bundle.tap(record.lane, record.branch, record.index, 'thought');
      if (thought) await expect(fed).resolves.toEqual({ shape: [8], data: thought });
      else await expect(fed).rejects.toMatchObject({ code: 'unsupported' });
    }
    await expect(bundle.tap(0, 0, 99, 'residual')).rejects.toMatchObject({ code: 'unknown-run' });
    await expect(bundle.steps(9, 0)).rejects.toMatchObject({ code: 'unknown-run' });
    expect((await bundle.steps(1, 2)).map((step) => step.index)).toEqual([0, 1, 2, 3]);
    await bundle.close();
  });

  it('leaves four files, no journal and nothing half-written', async () => {
    const path = join(folder, 'a.interlinear');
    await recordRun(run, { path });
    expect(readdirSync(path).toSorted()).toEqual(['branches.parquet', 'manifest.json', 'steps.parquet', 'tensors.safetensors']);
  });

  it('is the same byte for byte when the same run is recorded again', async () => {
    const [a, b] = [join(folder, 'a.interlinear'), join(folder, 'b.interlinear')];
    await recordRun(run, { path: a });
    await recordRun(run, { path: b });
    const differing = readdirSync(a).filter((name) => !readFileSync(join(a, name)).equals(readFileSync(join(b, name))));
    expect(differing).toEqual([]);
  });

  it('differs only in the column of timings when only timings differ', async () => {
    const slower = {
      ...run,
      ticks: run.ticks.map((tick) =>
        tick.map((step) => ({ ...step, record: { ...step.record, milliseconds: 1e3 as typeof step.record.milliseconds } })),
      ),
    };
    const [a, b] = [join(folder, 'a.interlinear'), join(folder, 'b.interlinear')];
    await recordRun(run, { path: a });
    await recordRun(slower, { path: b });
    const [one, other] = [readFileSync(join(a, 'steps.parquet')), readFileSync(join(b, 'steps.parquet'))];
    expect(one.length).toBe(other.length);
    const differing = one.reduce((count, byte, i) => count + Number(byte !== other[i]), 0);
    expect(differing).toBeGreaterThan(0);
    expect(differing).toBeLessThanOrEqual(4 * orderedSteps(run).length);
    expect(readFileSync(join(a, 'tensors.safetensors')).equals(readFileSync(join(b, 'tensors.safetensors')))).toBe(true);
  });

  it('may have no step at all', async () => {
    const path = join(folder, 'a.interlinear');
    await recordRun({ ...run, ticks: [] }, { path });
    expect(stepsIn(await eventsOf(path))).toEqual([]);
  });

  it('of several row groups comes back whole, from any branch', async () => {
    const long = sampleRun(450, 3);
    const path = join(folder, 'long.interlinear');
    await recordRun(long, { path });
    expect(stepsIn(await eventsOf(path))).toEqual(bitsOf(packedOf(orderedSteps(long))));
    const bundle = await openBundle(path);
    const last = await bundle.steps(1, 2);
    expect(last).toEqual(
      orderedSteps(long)
        .filter(({ record }) => record.lane === 1 && record.branch === 2)
        .map((step) => step.record),
    );
    await bundle.close();
  });

  it('is replayed in few messages, what there will be before the steps, and each part of its table is read once', async () => {
    const long = sampleRun(450, 3);
    const path = join(folder, 'long.interlinear');
    await recordRun(long, { path });
    const read = vi.spyOn(ParquetTable.prototype, 'readGroup');
    const events = await eventsOf(path);
    const groups = read.mock.calls.filter(([, names]) => names.includes('lens_ids')).map(([group]) => group);
    read.mockRestore();
    expect(groups.length).toBeGreaterThan(1);
    expect(groups).toEqual([...new Set(groups)]);

    const series = new Set(orderedSteps(long).map(({ record }) => `${record.lane}/${record.branch}`)).size;
    const messages = events.filter((event) => event.type === 'steps');
    const floats = messages.reduce((sum, { packed }) => sum + packed.length, 0);
    expect(messages.length).toBeLessThanOrEqual(series + Math.ceil(floats / (1 << 18)));
    const kinds = events.map(({ type }) => type);
    expect(kinds.lastIndexOf('branch')).toBeLessThan(kinds.indexOf('steps'));
    expect(kinds.lastIndexOf('lane')).toBeLessThan(kinds.indexOf('steps'));
  });

  it('gives one residual stream of a step without the others', async () => {
    const path = join(folder, 'a.interlinear');
    await recordRun(run, { path });
    const bundle = await openBundle(path);
    const whole = await bundle.tap(0, 0, 1, 'residual');
    const [streams = 0, width = 0] = whole.shape;
    for (let stream = 0; stream < streams; stream++) {
      const { shape, data } = await bundle.tap(0, 0, 1, 'residual', stream);
      expect(shape).toEqual([width]);
      expect(data).toEqual(whole.data.slice(stream * width, (stream + 1) * width));
    }
    await expect(bundle.tap(0, 0, 1, 'residual', streams)).rejects.toMatchObject({ code: 'bad-request' });
    await bundle.close();
  });
});

describe('a run that was not finished', () => {
  it('is read from its journal and marked as interrupted', async () => {
    const path = join(folder, 'a.interlinear');
    await startRecording(run, { path });
    const events = await eventsOf(path);
    expect(stepsIn(events)).toEqual(bitsOf(packedOf(orderedSteps(run))));
    expect(events.at(-1)).toMatchObject({ type: 'finished', outcome: { status: 'interrupted', error: null } });
    for (const event of events) if (event.type === 'lane' || event.type === 'branch') expect(event.record.state).toBe('cancelled');
    const bundle = await openBundle(path);
    const thought = orderedSteps(run).find((step) => step.thought);
    await expect(bundle.tap(2, 0, 0, 'thought')).resolves.toEqual({ shape: [8], data: thought?.thought });
    await bundle.close();
  });
});

describe('a disk that fails', () => {
  function failingAfter(bytes: number): (descriptor: number, chunk: Uint8Array) => number {
    let left = bytes;
    return (descriptor, chunk) => {
      if (left <= 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
      const taken = chunk.subarray(0, left);
      left -= taken.length;
      return writeSync(descriptor, taken);
    };
  }

  it('never stops the run, is reported once, and what was recorded before can be read', async () => {
    const whole = join(folder, 'whole.interlinear');
    let total = 0;
    await recordRun(run, {
      path: whole,
      write: (descriptor, chunk) => {
        total += chunk.length;
        return writeSync(descriptor, chunk);
      },
    });
    const reference = bitsOf(packedOf(run.ticks.flat()));
    for (let room = 0, i = 0; room < total; room += 613, i++) {
      const path = join(folder, `full${i}.interlinear`);
      const errors: ErrorReport[] = [];
      const { trace, recordingError } = await recordRun(run, { path, write: failingAfter(room), onError: (error) => errors.push(error) });
      expect(trace).toBeNull();
      expect(errors).toEqual([recordingError]);
      expect(recordingError).toMatchObject({ code: 'disk-full', hint: expect.stringContaining('Free some space') as string });
      expect(readdirSync(path).filter((name) => name.endsWith('.partial'))).toEqual([]);
      const read = await eventsOf(path).catch((error: unknown) => error);
      if (read instanceof Error) expect(read).toMatchObject({ code: 'bad-trace' });
      else expect(stepsIn(read as RunEvent[]).length).toBeLessThanOrEqual(reference.length);
    }
  });

  it('that cannot be written to at all is reported with a hint', async () => {
    writeFileSync(join(folder, 'file'), '');
    const beneathFile = await recordRun(run, { path: join(folder, 'file', 'a.interlinear') });
    expect(beneathFile.recordingError).toMatchObject({ code: 'disk-error' });
    mkdirSync(join(folder, 'taken.interlinear'));
    const taken = await recordRun(run, { path: join(folder, 'taken.interlinear') });
    expect(taken).toMatchObject({ trace: null, recordingError: { code: 'disk-error', hint: expect.stringContaining('name') as string } });
  });

  it('is told apart from a lane that repeats a step, which is a defect', async () => {
    const tick = run.ticks[0] ?? [];
    const { recordingError } = await recordRun({ ...run, ticks: [tick, tick] }, { path: join(folder, 'a.interlinear') });
    expect(recordingError).toMatchObject({ code: 'internal' });
  });
});
