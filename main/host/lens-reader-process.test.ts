import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { assemblyPlugin } from '../../scripts/build/assembly.ts';
import { readingLength } from '../contract/frame';
import { type DecoderSpec, weightShapes } from '../graph/decoder-spec';
import { weightsLocation } from '../graph/graph-builder';
import { readArchitecture } from '../models/architectures/read-architecture';
import { writeSafetensors } from '../models/safetensors';
import type { LoadedModel } from '../runtime/decoder';
import { randomStream } from '../runtime/random';
import { openStoredLens } from '../runtime/stored-lens';
import { fakeModel } from '../runtime/testing/fake-model';
import { LensService } from './lens-service';
import type { SideProcess } from './side-process';
import { LensTurns } from './lens-turns';
import { nodeProcesses } from './node-processes';

const spec: DecoderSpec = readArchitecture({
  model_type: 'llama',
  vocab_size: 300,
  hidden_size: 32,
  intermediate_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 1,
}).spec;
const [rows, candidates] = [40, 5];
const uniform = randomStream(5, 0, 0);
const numbers = (count: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: count }, () => 4 * (uniform() - 0.5));
const streams = numbers(rows * spec.width);
const targets = Array.from({ length: rows }, (_, row) => (7 * row) % spec.vocabulary);

let folder = '';
let model: LoadedModel & { readonly lens: NonNullable<LoadedModel['lens']> };
beforeAll(async () => {
  // In the project, so that the process finds the runtime.
  const out = join(import.meta.dirname, '..', '..', 'out');
  mkdirSync(out, { recursive: true });
  folder = mkdtempSync(join(out, 'lens-test-'));
  await build({
    configFile: false,
    plugins: [assemblyPlugin()],
    logLevel: 'silent',
    build: {
      ssr: join(import.meta.dirname, 'lens-reader-process.ts'),
      outDir: folder,
      rollupOptions: { output: { entryFileNames: 'lens-reader.js' } },
    },
  });
  const path = join(folder, weightsLocation);
  const tensors = [...weightShapes(spec)].map(([name, shape]) => {
    const data = new Uint8Array(numbers(shape.reduce((a, b) => a * b, 1)).buffer);
    return { name, shape, dtype: 'F32' as const, data };
  });
  await writeSafetensors(path, tensors);
  model = { ...fakeModel(), lens: { path, hash: '1'.repeat(64), spec } };
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let service: LensService | null = null;
afterEach(() => {
  service?.end();
});

const gather = (residuals: Float32Array<ArrayBuffer>, ids: readonly number[]) => async () => Promise.resolve({ residuals, targets: ids });

/** A service, and the processes it has started. */
function open() {
  const children: SideProcess[] = [];
  const start = nodeProcesses(folder);
  const fork = (): SideProcess => {
    const child = start('lens-reader');
    children.push(child);
    return child;
  };
  service = new LensService(fork, new LensTurns(() => false));
  return { read: service.readerOf(model), children };
}

it('gives the numbers the engine itself would read', async () => {
  const { read, children } = open();
  const own = await openStoredLens(model.lens, 1);
  const expected = await own.read(streams, targets, candidates);
  const one = [streams.slice(0, spec.width), targets.slice(0, 1), candidates] as const;
  const expectedOfOne = await own.read(...one);
  await own.dispose();
  expect(expected).toHaveLength(rows * readingLength(candidates));
  expect(await read(gather(streams, targets), candidates, false)).toEqual(expected);
  expect(await read(gather(one[0], one[1]), candidates, false)).toEqual(expectedOfOne);
  expect(children).toHaveLength(1);
});

it('says what is wrong with the numbers or the file, and reads on', async () => {
  const { read } = open();
  await expect(read(gather(new Float32Array(spec.width).fill(NaN), [1]), candidates, false)).rejects.toMatchObject({ code: 'bad-model' });
  const other = service?.readerOf({ ...model, lens: { ...model.lens, hash: '2'.repeat(64), spec: { ...spec, vocabulary: 301 } } });
  await expect(other?.(gather(streams, targets), candidates, false)).rejects.toMatchObject({ code: 'bad-model' });
  expect(await read(gather(streams, targets), candidates, false)).toHaveLength(rows * readingLength(candidates));
});

it('is started again after it was killed', async () => {
  const { read, children } = open();
  const before = await read(gather(streams, targets), candidates, false);
  const [child] = children;
  const gone = new Promise<void>((resolve) => child?.onGone(resolve));
  child?.kill();
  await gone;
  expect(await read(gather(streams, targets), candidates, false)).toEqual(before);
  expect(children).toHaveLength(2);
});
