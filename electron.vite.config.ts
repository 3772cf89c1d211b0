import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { assemblyPlugin } from './scripts/build/assembly.ts';

/**
 * One build, two Electrons: the pinned current release, and Electron 33 (Node 20, Chromium 130), which is what the
 * bootstrap falls back to where the official binary cannot be had. So the targets are those of the older one.
 */
const NODE_TARGET = 'node20.18';
const CHROMIUM_TARGET = 'chrome130';

/** Programs of ours that run outside a page. `cli` and `bench` run in plain Node, the others inside Electron. */
const PROGRAMS: Readonly<Record<string, string>> = {
  shell: 'electron/shell.ts',
  engine: 'main/host/engine-process.ts',
  'device-probe': 'main/host/device-probe-process.ts',
  importer: 'main/host/import-process.ts',
  'lens-reader': 'main/host/lens-reader-process.ts',
  cli: 'main/cli/cli.ts',
  bench: 'bench/bench.ts',
  'bench-task': 'bench/task.ts',
  'bench-transformers': 'bench/transformers-process.ts',
};

const PRELOAD = 'electron/preload.ts';
const PAGE = 'renderer/index.html';

/** Keeps the entries whose source is there, so that a partial checkout still builds what it has. */
function existing(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries)
      .filter(([, source]) => existsSync(resolve(source)))
      .map(([name, source]) => [name, resolve(source)]),
  );
}

export default defineConfig({
  main: {
    plugins: [assemblyPlugin()],
    build: {
      outDir: 'out/main',
      target: NODE_TARGET,
      sourcemap: true,
      externalizeDeps: true,
      rollupOptions: {
        input: existing(PROGRAMS),
        // A tool of the bench, not part of the app; it must find its own files.
        external: ['@playwright/test'],
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  ...(existsSync(PRELOAD) && {
    preload: {
      build: {
        outDir: 'out/preload',
        target: NODE_TARGET,
        sourcemap: true,
        // A sandboxed preload can require nothing but `electron`: everything else has to be in the one file.
        externalizeDeps: false,
        rollupOptions: {
          input: { preload: resolve(PRELOAD) },
          output: { format: 'cjs', entryFileNames: '[name].cjs' },
        },
      },
    },
  }),
  ...(existsSync(PAGE) && {
    renderer: {
      root: 'renderer',
      plugins: [react()],
      build: {
        outDir: 'out/renderer',
        minify: true,
        // The page's security policy allows fonts and pictures from the app only, so none is turned into a data: address.
        assetsInlineLimit: 0,
        target: CHROMIUM_TARGET,
        sourcemap: true,
        rollupOptions: { input: { index: resolve(PAGE) } },
      },
    },
  }),
});
