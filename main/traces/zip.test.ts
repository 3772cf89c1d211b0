import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InterlinearError } from '../contract/errors';
import { bundleFiles } from '../contract/trace';
import { openBundle } from './bundle-reader';
import { writeBundleFile } from './bundle-writer';
import { orderedSteps, recordRun, sampleRun, startRecording } from './testing/sample-run';

const run = sampleRun();
let folder = '';
let bundle = '';
let zipped = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-zip-'));
  bundle = join(folder, 'run.interlinear');
  zipped = join(folder, 'zipped.interlinear');
  await recordRun(run, { path: bundle });
  await writeBundleFile(bundle, zipped);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function stepsOf(path: string): Promise<unknown[]> {
  const opened = await openBundle(path);
  try {
    const steps: unknown[] = [];
    for (const { lane, branch } of opened.content.series) {
      steps.push(...(await opened.steps(lane, branch)));
      await opened.tap(lane, branch, 0, 'residual');
    }
    return steps;
  } finally {
    await opened.close();
  }
}

const expected = orderedSteps(run).map((step) => step.record);
const contents = (): Record<string, Uint8Array> =>
  Object.fromEntries(readdirSync(bundle).map((name) => [name, new Uint8Array(readFileSync(join(bundle, name)))]));

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, 'made.interlinear');
  writeFileSync(path, bytes);
  return path;
}

describe('a zipped bundle', () => {
  it('reads like the folder, and the same folder zips to the same bytes', async () => {
    expect(await stepsOf(zipped)).toEqual(expected);
    const again = join(folder, 'again.interlinear');
    expect(await writeBundleFile(bundle, again)).toBe(readFileSync(zipped).length);
    expect(readFileSync(again).equals(readFileSync(zipped))).toBe(true);
  });

  it('is copied when it is exported once more', async () => {
    const copy = join(folder, 'copy.interlinear');
    await writeBundleFile(zipped, copy);
    expect(readFileSync(copy).equals(readFileSync(zipped))).toBe(true);
  });

  it('of an interrupted run holds finished files', async () => {
    const path = join(folder, 'interrupted.interlinear');
    await startRecording(run, { path });
    const target = join(folder, 'interrupted-zip.interlinear');
    await writeBundleFile(path, target);
    expect(await stepsOf(target)).toEqual(expected);
    const opened = await openBundle(target);
    expect(opened.content.outcome.status).toBe('interrupted');
    await opened.close();
    expect(readdirSync(path)).not.toContain(bundleFiles.journal);
  });

  it('made by another program, compressed and inside a folder, reads too', async () => {
    const files = Object.fromEntries(Object.entries(contents()).map(([name, bytes]) => [`run.interlinear/${name}`, bytes]));
    expect(
      await stepsOf(
        fileOf(zipSync({ ...files, '__MACOSX/manifest.json': new Uint8Array(3), 'notes.txt': new Uint8Array(9) }, { level: 9 })),
      ),
    ).toEqual(expected);
  });

  it('never reads a file by a name that leads elsewhere', async () => {
    const { [bundleFiles.steps]: steps, ...rest } = contents();
    const path = fileOf(zipSync({ ...rest, '../../steps.parquet': steps ?? new Uint8Array(0) }));
    await expect(stepsOf(path)).rejects.toMatchObject({ code: 'bad-trace', message: 'steps.parquet: it is missing' });
  });

  it('that unpacks to more than it says, or claims more than is possible, is refused', async () => {
    const bytes = zipSync({ ...contents(), [bundleFiles.steps]: new Uint8Array(1 << 20) }, { level: 9 });
    const view = new DataView(bytes.buffer);
    const directory = findEntry(bytes, bundleFiles.steps);
    view.setUint32(directory + 24, 1000, true);
    await expect(stepsOf(fileOf(bytes))).rejects.toMatchObject({
      code: 'bad-trace',
      message: expect.stringContaining('cannot be unpacked') as string,
    });
    view.setUint32(directory + 24, 0x1fff_ffff, true);
    await expect(stepsOf(fileOf(bytes))).rejects.toMatchObject({ message: expect.stringContaining('beyond what is possible') as string });
    view.setUint32(directory + 24, 0xffff_fff0, true);
    await expect(stepsOf(fileOf(bytes))).rejects.toMatchObject({ message: expect.stringContaining('too large') as string });
  });

  it('that names a file twice, encrypts one or is no zip at all is refused', async () => {
    const files = contents();
    const twice = zipSync({ ...files, 'a/manifest.json': files['manifest.json'] ?? new Uint8Array(0) });
    await expect(stepsOf(fileOf(twice))).rejects.toMatchObject({ code: 'bad-trace', message: expect.stringContaining('twice') as string });
    const encrypted = zipSync(files);
    encrypted[findEntry(encrypted, bundleFiles.steps) + 8] = 1;
    await expect(stepsOf(fileOf(encrypted))).rejects.toMatchObject({ message: expect.stringContaining('encrypted') as string });
    for (const bytes of [new Uint8Array(0), new Uint8Array(21), new TextEncoder().encode('just some text, long enough to be anything')]) {
      await expect(stepsOf(fileOf(bytes))).rejects.toMatchObject({
        code: 'bad-trace',
        message: expect.stringContaining('neither') as string,
      });
    }
  });

  it('with any bytes changed or cut off gives only typed errors', async () => {
    const original = readFileSync(zipped);
    const change = fc.record({ fromEnd: fc.boolean(), at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 4 }), fc.nat(original.length), fc.boolean(), async (changes, length, cut) => {
        const bytes = Uint8Array.from(original.subarray(0, cut ? length : original.length));
        for (const { fromEnd, at, value } of changes) bytes[fromEnd ? bytes.length - 1 - (at % 400) : at % bytes.length] = value;
        try {
          expect((await stepsOf(fileOf(bytes))).length).toBe(expected.length);
        } catch (error) {
          expect(error).toBeInstanceOf(InterlinearError);
          expect((error as InterlinearError).code).toMatch(/^(bad|newer)-trace$/);
        }
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});

/** Where the table of contents describes a file. */
function findEntry(bytes: Uint8Array, name: string): number {
  const place = Buffer.from(bytes).lastIndexOf(name);
  return place - 46;
}
