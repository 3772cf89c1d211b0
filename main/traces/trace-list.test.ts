import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceSummarySchema } from '../contract/protocol';
import { writeBundleFile } from './bundle-writer';
import { recordRun, sampleInfo, sampleRun, startRecording } from './testing/sample-run';
import { deleteTrace, listTraces, newTracePath, tracePath } from './trace-list';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-list-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const runAt = (startedAt: string): ReturnType<typeof sampleRun> => ({ ...sampleRun(3), info: { ...sampleInfo, startedAt } });

describe('the list of traces', () => {
  it('has the newest first, folders and zipped files, and leaves out what is damaged or no trace', async () => {
    await recordRun(runAt('2026-11-23T10:00:00.000Z'), { path: join(folder, 'old.interlinear') });
    await recordRun(runAt('2026-11-23T12:00:00.000Z'), { path: join(folder, 'new.interlinear') });
    await startRecording(runAt('2026-11-23T11:00:00.000Z'), { path: join(folder, 'killed.interlinear') });
    await writeBundleFile(join(folder, 'old.interlinear'), join(folder, 'zipped.interlinear'));
    mkdirSync(join(folder, 'empty.interlinear'));
    writeFileSync(join(folder, 'damaged.interlinear'), 'nonsense');
    writeFileSync(join(folder, 'notes.txt'), 'nonsense');
    const traces = await listTraces(folder);
    expect(traces.map((trace) => [trace.id, trace.status])).toEqual([
      ['new.interlinear', 'done'],
      ['killed.interlinear', 'interrupted'],
      ['zipped.interlinear', 'done'],
      ['old.interlinear', 'done'],
    ]);
    for (const trace of traces) expect(traceSummarySchema.parse(trace).bytes).toBeGreaterThan(1000);
    expect(traces[0]).toMatchObject({ prompt: sampleInfo.request.prompt, model: 'Kin', lanes: ['direct', 'best-of-n', 'coconut'] });
  });

  it('says which are being recorded now', async () => {
    await startRecording(runAt('2026-11-23T11:00:00.000Z'), { path: join(folder, 'now.interlinear') });
    expect((await listTraces(folder, new Set(['now.interlinear'])))[0]?.status).toBe('recording');
  });

  it('of a folder that is not there yet is empty', async () => {
    expect(await listTraces(join(folder, 'nowhere'))).toEqual([]);
  });
});

describe('a trace', () => {
  it('gets a name nothing has yet, without characters a file system may refuse', async () => {
    const first = newTracePath(folder, sampleInfo);
    expect(first).toBe(join(folder, '2026-11-23T10-11-12-345Z-kin.interlinear'));
    await recordRun(sampleRun(3), { path: first });
    expect(newTracePath(folder, sampleInfo)).toBe(join(folder, '2026-11-23T10-11-12-345Z-kin-2.interlinear'));
    const odd = newTracePath(folder, { ...sampleInfo, startedAt: '../x', model: { ...sampleInfo.model, id: 'a/../b:c' } });
    expect(odd.slice(folder.length + 1)).not.toMatch(/[/\\:]/);
  });

  it('is deleted by its id, and nothing outside the folder ever is', async () => {
    const path = join(folder, 'a.interlinear');
    await recordRun(sampleRun(3), { path });
    const inside = join(folder, 'inside');
    mkdirSync(inside);
    writeFileSync(join(folder, 'keep.interlinear'), 'kept');
    for (const id of [
      '../keep.interlinear',
      '..',
      '.',
      '',
      '.interlinear',
      '/etc/x.interlinear',
      'a/b.interlinear',
      '..\\keep.interlinear',
      'C:x.interlinear',
      'a\0.interlinear',
      'none.interlinear',
    ]) {
      expect(() => {
        deleteTrace(inside, id);
      }).toThrow(expect.objectContaining({ code: 'unknown-trace' }) as Error);
    }
    symlinkSync(path, join(inside, 'link.interlinear'));
    deleteTrace(inside, 'link.interlinear');
    expect(readFileSync(join(folder, 'keep.interlinear'), 'utf8')).toBe('kept');
    expect(existsSync(join(path, 'manifest.json'))).toBe(true);
    expect(tracePath(folder, 'a.interlinear')).toBe(path);
    deleteTrace(folder, 'a.interlinear');
    expect(existsSync(path)).toBe(false);
  });
});
