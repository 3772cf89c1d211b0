import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemblyPlugin } from '../../scripts/build/assembly.ts';
import { encodeSteps } from '../contract/frame';
import { openBundle } from './bundle-reader';
import { orderedSteps, sampleRun } from './testing/sample-run';

const ticks = 2000;
let folder = '';
let script = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-kill-'));
  // The recorder as one file that plain Node can run in a process of its own.
  await build({
    configFile: false,
    plugins: [assemblyPlugin()],
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'testing', 'sample-run.ts'),
      outDir: folder,
      rollupOptions: { output: { entryFileNames: 'recorder.mjs' } },
    },
    ssr: { noExternal: true },
  });
  script = join(folder, 'record.mjs');
  writeFileSync(
    script,
    `import { writeSync } from 'node:fs';
     import { sampleRun, startRecording } from './recorder.mjs';
     const run = sampleRun(${ticks});
     const recorder = await startRecording({ ...run, ticks: [] }, { path: process.argv[2] });
     run.ticks.forEach((tick, i) => { recorder.steps(tick); writeSync(1, i + 1 + '\\n'); });
     setInterval(() => undefined, 1000);`,
  );
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a recording process that is killed', () => {
  it.each([1, 37, 400])('after %i ticks leaves a trace with every step it had completed', async (count) => {
    const path = join(folder, `${count}.interlinear`);
    const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let completed = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      completed = Number(line);
      if (completed === count) child.kill('SIGKILL');
    }
    if (child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect(completed).toBeGreaterThanOrEqual(count);

    const bundle = await openBundle(path);
    expect(bundle.content.outcome).toMatchObject({ status: 'interrupted', error: null });
    const run = sampleRun(ticks);
    const recorded = bundle.content.series.find((series) => series.lane === 0)?.steps.length ?? 0;
    expect(recorded).toBeGreaterThanOrEqual(completed);
    const expected = orderedSteps({ ...run, ticks: run.ticks.slice(0, recorded) }).map((step) => step.record);
    const parts = await Promise.all(bundle.content.series.map((series) => bundle.content.packed(series, 0, series.steps.length)));
    const read = Buffer.concat(parts.map((part) => Buffer.from(part.buffer)));
    expect(read.equals(Buffer.from(encodeSteps(expected, run.info.layout).buffer))).toBe(true);
    await bundle.close();
  });
});
