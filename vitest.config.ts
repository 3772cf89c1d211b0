import { configDefaults, defineConfig } from 'vitest/config';
import { knownFlags } from './bench/known-flags.ts';
import { vectorFlags } from './main/kernels/vector-flags.ts';
import { assemblyPlugin } from './scripts/build/assembly.ts';

/** Tests which need Python are their own project: where no Python with pandas is to be had they are skipped, and said to be. */
const PYTHON_TESTS = ['main/traces/python/**/*.test.ts', '**/*.python.test.ts'];
const PARITY_TESTS = ['**/*.parity.test.ts'];
/** Those of them that also run where WebGPU does the arithmetic. */
const WEBGPU_TESTS = [
  'main/runtime/{cached-decoder,architectures,attention-sequence}.parity.test.ts',
  'main/library/damaged-weights.parity.test.ts',
];
/** What only the runtime of the app's engine can do. */
const VECTOR_TESTS = ['**/*.vectors.test.ts'];
/** Tests of a published model, fetched through a package registry: skipped, and said to be, where it cannot be had. */
const MODEL_TESTS = ['**/*.model.test.ts'];

/**
 * Six projects, one per kind of proof: `unit` needs nothing but the code, `parity` reads the embedded model and compares
 * with PyTorch's numbers, `vectors` and `webgpu` do so in the runtime of the app’s engine and on another device, `model` runs one that people publish, `python` opens our files with
 * other people's readers. The plugins of a configuration are not its projects': each names its own.
 */
export default defineConfig({
  test: {
    // Two cores, and tests that run ONNX Runtime bring two threads of their own.
    maxWorkers: 2,
    projects: [
      {
        plugins: [assemblyPlugin()],
        test: {
          name: 'unit',
          setupFiles: ['scripts/checks/property-seed.mjs', 'renderer/testing/idle-callback.ts'],
          include: ['{main,electron,renderer,bench}/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
          exclude: [...configDefaults.exclude, ...PARITY_TESTS, ...VECTOR_TESTS, ...PYTHON_TESTS, ...MODEL_TESTS],
          testTimeout: 20_000,
        },
      },
      {
        plugins: [assemblyPlugin()],
        test: {
          name: 'parity',
          include: PARITY_TESTS,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        plugins: [assemblyPlugin()],
        test: {
          name: 'vectors',
          include: [
            'main/kernels/!(lost-thread)*.test.ts',
            'main/{measures/vocabulary-walk,models/half}.test.ts',
            'main/runtime/{kernel-passes,product-choice}.parity.test.ts',
            ...VECTOR_TESTS,
          ],
          // As the engine's process has it, and optimised from the first call on: what runs seldom would stay as it is compiled at first.
          execArgv: ['--no-wasm-bounds-checks', ...knownFlags(vectorFlags, process.execPath), '--no-liftoff', '--expose-gc'],
          testTimeout: 180_000,
        },
      },
      {
        plugins: [assemblyPlugin()],
        test: {
          name: 'webgpu',
          include: WEBGPU_TESTS,
          env: { INTERLINEAR_TEST_DEVICE: 'webgpu' },
          setupFiles: ['main/runtime/testing/keep-device.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        plugins: [assemblyPlugin()],
        test: {
          name: 'model',
          include: MODEL_TESTS,
          globalSetup: 'main/library/testing/fetch-published-model.ts',
          testTimeout: 900_000,
        },
      },
      {
        plugins: [assemblyPlugin()],
        test: {
          name: 'python',
          include: PYTHON_TESTS,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
