import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assemblyPlugin } from '../../scripts/build/assembly.ts';
import { ModelLibrary } from './model-library';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-kill-'));
  // The import as one file that plain Node can run in a process of its own.
  await build({
    configFile: false,
    plugins: [assemblyPlugin()],
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'testing', 'slow-import.ts'),
      outDir: folder,
      rollupOptions: { output: { entryFileNames: 'slow-import.mjs' } },
    },
    ssr: { noExternal: true },
  });
  writeFileSync(join(folder, 'small.gguf'), 'GGUF');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it.each([1, 20, 150])(
  'an import killed after %i pieces leaves nothing that could be taken for a model, and nothing at all at the next start',
  async (count) => {
    const models = join(folder, `models-${count}`);
    const child = spawn(process.execPath, [join(folder, 'slow-import.mjs'), models, join(folder, 'small.gguf')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let written = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      written = Number(line);
      if (written === 1) {
        // While the process lives, another one leaves its work alone.
        await expect(new ModelLibrary(models).list()).resolves.toEqual([]);
        expect(readdirSync(models)).toEqual([expect.stringMatching(/^small\.partial-\d+-/u)]);
      }
      if (written === count) child.kill('SIGKILL');
    }
    if (child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect(readdirSync(models)).toEqual([expect.stringMatching(/^small\.partial-\d+-/u)]);
    await expect(new ModelLibrary(models).list()).resolves.toEqual([]);
    expect(readdirSync(models)).toEqual([]);
  },
);
