import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InterlinearError } from '../contract/errors';
import { encodeSteps } from '../contract/frame';
import { bundleFiles } from '../contract/trace';
import { inMemory } from './byte-source';
import { openInterrupted } from './journal-content';
import { recordHeadBytes } from './journal-record';
import { orderedSteps, type SampleRun, sampleRun, startRecording } from './testing/sample-run';
import type { TraceContent } from './trace-content';

const nobody = { bytes: 0, close: () => undefined };
const open = (bytes: Uint8Array): Promise<TraceContent> => openInterrupted(inMemory(bytes, bundleFiles.journal), nobody);

async function allSteps(content: TraceContent): Promise<Float32Array[]> {
  return Promise.all(content.series.map((series) => content.packed(series, 0, series.steps.length)));
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-journal-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let made = 0;
async function journalOf(run: SampleRun): Promise<Uint8Array> {
  const path = join(folder, `${made++}.interlinear`);
  await startRecording(run, { path });
  return readFileSync(join(path, bundleFiles.journal));
}

/** Where each whole record ends. */
function recordEnds(journal: Uint8Array): number[] {
  const ends: number[] = [];
  const view = new DataView(journal.buffer, journal.byteOffset, journal.byteLength);
  for (let at = 8; at < journal.length;) {
    at += recordHeadBytes + view.getUint32(at, true);
    ends.push(at);
  }
  return ends;
}

describe('a journal', () => {
  it('gives back every run that was recorded in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 3, max: 20 }), fc.integer(), async (length, seed) => {
        const run = sampleRun(length, seed);
        const content = await open(await journalOf(run));
        const expected = encodeSteps(
          orderedSteps(run).map((step) => step.record),
          run.info.layout,
        );
        const read = Buffer.concat((await allSteps(content)).map((part) => Buffer.from(part.buffer)));
        expect(read.equals(Buffer.from(expected.buffer))).toBe(true);
        expect(content.info).toEqual(run.info);
        expect(content.outcome.error).toBeNull();
      }),
      { numRuns: 30 },
    );
  });

  it('cut at any byte gives the whole records before the cut, and nothing of the rest', async () => {
    const { branches, lanes, ticks, ...rest } = sampleRun(3);
    const run = { ...rest, branches: branches.slice(4), lanes: lanes.slice(2), ticks: ticks.map((tick) => tick.slice(-1)) };
    const journal = await journalOf(run);
    const ends = recordEnds(journal);
    const wholeAt = new Map<number, TraceContent>();
    for (const end of ends) wholeAt.set(end, await open(journal.subarray(0, end)));
    const infoEnd = ends[0] ?? 0;
    expect(ends.at(-1)).toBe(journal.length);
    let seen = 0;
    for (let length = 0; length <= journal.length; length++) {
      const cut = journal.subarray(0, length);
      if (length < infoEnd) {
        await expect(open(cut)).rejects.toMatchObject({ code: 'bad-trace' });
        continue;
      }
      const content = await open(cut);
      expect(content.outcome).toMatchObject({ status: 'interrupted', error: null });
      const steps = content.series.reduce((sum, series) => sum + series.steps.length, 0);
      const whole = await open(
        journal.subarray(
          0,
          ends.findLast((end) => end <= length),
        ),
      );
      expect(content.series).toEqual(whole.series);
      expect(steps).toBeGreaterThanOrEqual(seen);
      seen = steps;
      for (const series of content.series)
        for (const row of series.steps.keys()) expect(await content.hasTap(series, row, 'residual')).toBe(true);
    }
    expect(seen).toBe(orderedSteps(run).length);
  });

  it('with any bytes changed gives whole records before the change, says what is wrong, or is refused as damaged', async () => {
    const run = sampleRun(3);
    const journal = await journalOf(run);
    const change = fc.record({ at: fc.nat(journal.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Uint8Array.from(journal);
        for (const { at, value } of changes) bytes[at] = value;
        try {
          const content = await open(bytes);
          await allSteps(content);
          const steps = content.series.reduce((sum, series) => sum + series.steps.length, 0);
          const same = bytes.every((byte, i) => byte === journal[i]);
          expect(steps).toBeLessThanOrEqual(orderedSteps(run).length);
          if (same) expect(steps).toBe(orderedSteps(run).length);
        } catch (error) {
          expect(error).toBeInstanceOf(InterlinearError);
          expect((error as InterlinearError).code).toMatch(/^(bad|newer)-trace$/);
          expect((error as InterlinearError).message.length).toBeGreaterThan(10);
        }
      }),
      { numRuns: 1500 },
    );
  }, 120_000);

  it('damaged in the middle keeps what came before and says where the damage is', async () => {
    const journal = Uint8Array.from(await journalOf(sampleRun(4)));
    const ends = recordEnds(journal);
    const place = ends.at(-3) ?? 0;
    journal[place + recordHeadBytes] = 255 - (journal[place + recordHeadBytes] ?? 0);
    const content = await open(journal);
    expect(content.outcome.error).toMatchObject({
      code: 'bad-trace',
      message: expect.stringContaining(`journal.bin: damaged at byte ${place}`) as string,
    });
    expect(content.series.length).toBeGreaterThan(0);
  });

  it('of a newer version is refused as such', async () => {
    const journal = Uint8Array.from(await journalOf(sampleRun(3)));
    journal[7] = 9;
    await expect(open(journal)).rejects.toMatchObject({ code: 'newer-trace', message: expect.stringContaining('schema 9') as string });
  });
});
