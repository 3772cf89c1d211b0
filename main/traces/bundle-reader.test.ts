import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InterlinearError } from '../contract/errors';
import { bundleFiles, manifestSchema } from '../contract/trace';
import { openBundle } from './bundle-reader';
import { recordRun, sampleRun, startRecording } from './testing/sample-run';

const run = sampleRun();
let folder = '';
let whole = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-bundle-'));
  whole = join(folder, 'whole.interlinear');
  await recordRun(run, { path: whole });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let made = 0;
function copyOfWhole(): string {
  const path = join(folder, `copy${made++}.interlinear`);
  cpSync(whole, path, { recursive: true });
  return path;
}

/** Opens a trace and reads everything in it. */
async function readAll(path: string): Promise<number> {
  const bundle = await openBundle(path);
  try {
    let events = 0;
    for await (const event of bundle.events('r', 't')) events += event.type.length;
    for (const { lane, branch, steps } of bundle.content.series) for (const step of steps) await bundle.tap(lane, branch, step, 'residual');
    return events;
  } finally {
    await bundle.close();
  }
}

/** Replaces a file of a bundle and makes the manifest vouch for it, as an attacker would. */
function forge(path: string, name: string, bytes: Uint8Array): void {
  writeFileSync(join(path, name), bytes);
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(path, bundleFiles.manifest), 'utf8')));
  manifest.files[name] = { bytes: bytes.length, crc32: crc32(bytes) };
  writeFileSync(join(path, bundleFiles.manifest), JSON.stringify(manifest));
}

function changeManifest(change: (manifest: Record<string, unknown>) => void): string {
  const path = copyOfWhole();
  const file = join(path, bundleFiles.manifest);
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  change(manifest);
  writeFileSync(file, JSON.stringify(manifest));
  return path;
}

describe('a bundle', () => {
  it('of a newer schema is refused with both versions, whatever else it holds', async () => {
    const path = changeManifest((manifest) => {
      manifest['schema'] = 12;
      manifest['lanes'] = 'of another shape';
    });
    await expect(openBundle(path)).rejects.toMatchObject({
      code: 'newer-trace',
      message: expect.stringMatching(/schema 12.*schema 2 /) as string,
      hint: 'Update Interlinear to open it.',
    });
  });

  it('that is not there is unknown, not damaged', async () => {
    await expect(openBundle(join(folder, 'nothing.interlinear'))).rejects.toMatchObject({ code: 'unknown-trace' });
  });

  it.each([
    [
      'an empty folder',
      (path: string) => {
        rmSync(path, { recursive: true });
        mkdirSync(path);
      },
      'manifest.json: it is missing',
    ],
    [
      'no steps',
      (path: string) => {
        rmSync(join(path, bundleFiles.steps));
      },
      'steps.parquet: it is missing',
    ],
    [
      'steps cut short',
      (path: string) => {
        writeFileSync(join(path, bundleFiles.steps), readFileSync(join(whole, bundleFiles.steps)).subarray(0, 900));
      },
      'steps.parquet: it has 900 bytes instead of',
    ],
    [
      'a manifest that is not JSON',
      (path: string) => {
        writeFileSync(join(path, bundleFiles.manifest), '{"format"');
      },
      'manifest.json: it is not JSON',
    ],
    [
      'a manifest of something else',
      (path: string) => {
        writeFileSync(join(path, bundleFiles.manifest), '{"format":"other","schema":1}');
      },
      'manifest.json: it is not the manifest of a trace',
    ],
    [
      'tensors of another run',
      (path: string) => {
        writeFileSync(join(path, bundleFiles.tensors), new Uint8Array(statSync(join(whole, bundleFiles.tensors)).size));
      },
      'tensors.safetensors: its contents are not what was recorded',
    ],
    [
      'a link for a file',
      (path: string) => {
        rmSync(join(path, bundleFiles.steps));
        symlinkSync(join(whole, bundleFiles.steps), join(path, bundleFiles.steps));
      },
      'steps.parquet: it is not a plain file',
    ],
  ])('with %s is refused, naming the file and what is wrong', async (_, damage, message) => {
    const path = copyOfWhole();
    damage(path);
    await expect(readAll(path)).rejects.toMatchObject({ code: 'bad-trace', message: expect.stringContaining(message) as string });
  });

  it.each([
    [
      'a layout that its model contradicts',
      (info: Record<string, unknown>) => {
        info['layout'] = { streams: 4, candidates: 4, lens: 2, nearest: 3 };
      },
      'residual streams',
    ],
    [
      'a width beyond reason',
      (info: Record<string, unknown>) => {
        info['model'] = { ...(info['model'] as object), width: 2 ** 40 };
      },
      'not possible',
    ],
    [
      'a prompt that is not text',
      (info: Record<string, unknown>) => {
        info['request'] = { ...(info['request'] as object), prompt: 7 };
      },
      'info.request.prompt',
    ],
    [
      'a larger layout than its rows have',
      (info: Record<string, unknown>) => {
        info['layout'] = { streams: 3, candidates: 4, lens: 3, nearest: 3 };
      },
      'lens_ids has 6 elements instead of 9',
    ],
    [
      'a smaller layout than its rows have',
      (info: Record<string, unknown>) => {
        info['layout'] = { streams: 3, candidates: 1, lens: 2, nearest: 3 };
      },
      'top_ids is not a list of at most 1',
    ],
  ])('with %s is refused', async (_, change, message) => {
    const path = changeManifest((manifest) => change(manifest['info'] as Record<string, unknown>));
    await expect(readAll(path)).rejects.toMatchObject({ code: 'bad-trace', message: expect.stringContaining(message) as string });
  });

  it('whose journal was not deleted in time is read from its finished files', async () => {
    const path = copyOfWhole();
    const unfinished = join(folder, 'unfinished.interlinear');
    await startRecording(sampleRun(3, 9), { path: unfinished });
    copyFileSync(join(unfinished, bundleFiles.journal), join(path, bundleFiles.journal));
    const bundle = await openBundle(path);
    expect(bundle.content.outcome).toEqual(run.outcome);
    await bundle.close();
  });

  it('killed while its files were being finished is read from its journal', async () => {
    const path = join(folder, 'between.interlinear');
    await startRecording(run, { path });
    copyFileSync(join(whole, bundleFiles.steps), join(path, bundleFiles.steps));
    writeFileSync(join(path, `${bundleFiles.tensors}.partial`), 'half');
    const bundle = await openBundle(path);
    expect(bundle.content.outcome.status).toBe('interrupted');
    await bundle.close();
  });
});

describe('any bytes changed', () => {
  const names = [bundleFiles.manifest, bundleFiles.steps, bundleFiles.branches, bundleFiles.tensors] as const;
  const changes = fc.array(fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) }), { minLength: 1, maxLength: 5 });

  async function onlyTypedErrors(path: string): Promise<void> {
    try {
      expect(await readAll(path)).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(InterlinearError);
      // `unsupported`: a step whose index was changed has no tensor.
      expect((error as InterlinearError).code).toMatch(/^((bad|newer)-trace|unsupported)$/);
    }
  }

  it('in any file are told as a damaged trace, or change nothing that matters', async () => {
    const path = copyOfWhole();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), changes, async (name, edits) => {
        const original = readFileSync(join(whole, name));
        const bytes = Uint8Array.from(original);
        for (const { at, value } of edits) bytes[at % bytes.length] = value;
        writeFileSync(join(path, name), bytes);
        await onlyTypedErrors(path);
        writeFileSync(join(path, name), original);
      }),
      { numRuns: 200 },
    );
  }, 120_000);

  it('in tables and tensors whose checksums were forged are told too, and take no time or memory without end', async () => {
    const path = copyOfWhole();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(bundleFiles.steps, bundleFiles.tensors), fc.boolean(), changes, async (name, footer, edits) => {
        const original = readFileSync(join(whole, name));
        const bytes = Uint8Array.from(original);
        // The last kilobytes of a Parquet file and the first of a safetensors file describe the rest.
        for (const { at, value } of edits) {
          const place = footer ? at % 4000 : at % bytes.length;
          bytes[name === bundleFiles.steps && footer ? bytes.length - 1 - place : place] = value;
        }
        forge(path, name, bytes);
        const started = performance.now();
        await onlyTypedErrors(path);
        expect(performance.now() - started).toBeLessThan(5000);
        forge(path, name, original);
      }),
      { numRuns: 400 },
    );
  }, 120_000);

  it('that kept a parser without end once are told', async () => {
    const path = copyOfWhole();
    const footers: readonly (readonly (readonly [number, number])[])[] = [
      [
        [-3145, 228],
        [-1431, 83],
      ],
      [
        [-6524, 198],
        [-5156, 9],
        [-3491, 99],
        [-1533, 59],
      ],
    ];
    for (const edits of footers) {
      const bytes = Uint8Array.from(readFileSync(join(whole, bundleFiles.steps)));
      for (const [at, value] of edits) bytes[bytes.length + at] = value;
      forge(path, bundleFiles.steps, bytes);
      await expect(readAll(path)).rejects.toMatchObject({ code: 'bad-trace' });
    }
  });

  it('write nothing anywhere', () => {
    expect(readdirSync(whole).toSorted()).toEqual(['branches.parquet', 'manifest.json', 'steps.parquet', 'tensors.safetensors']);
  });
});
