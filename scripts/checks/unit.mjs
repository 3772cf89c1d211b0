import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { softwareGraphics } from '../bootstrap/software-graphics.mjs';
import { ofRunner } from './outcome.mjs';
import { runTool } from './tool.mjs';

/** Counts in Vitest's JSON report; a file that could not be loaded has no tests, but it has failed. */
export function countVitest(report) {
  const unloaded = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/** Runs one of the projects in vitest.config.ts. */
async function runVitest(project, environment, runtime) {
  const folder = mkdtempSync(join(tmpdir(), 'interlinear-vitest-'));
  const file = join(folder, 'report.json');
  try {
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code } = await runTool('vitest', args, { env: environment, runtime });
    return ofRunner(code, readReport(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return countVitest(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

const project = (name, proves) => ({ name, proves, run: ({ environment }) => runVitest(name, environment) });

export const unit = project('unit', 'each part by itself (Vitest)');
export const parity = project('parity', 'the embedded model gives PyTorch’s numbers (Vitest)');
/** Electron brings the software that computes WebGPU where there is no graphics card. */
export const webgpu = {
  name: 'webgpu',
  proves: 'the same numbers where WebGPU does the arithmetic (Vitest; by software on Linux)',
  window: true,
  run: ({ environment }) => runVitest('webgpu', { ...environment, ...softwareGraphics(environment) }),
};
/** The app's own runtime, as Node: V8 of another version, and flags that the engine's process has. */
export const vectors = {
  name: 'vectors',
  proves: 'the kernels give the same numbers with the vectors and the V8 of the app’s engine (Vitest, in Electron)',
  window: true,
  run: ({ environment }) => runVitest('vectors', { ...environment, ELECTRON_RUN_AS_NODE: '1' }, environment.INTERLINEAR_ELECTRON),
};
export const model = project('model', 'a published model writes what transformers writes (Vitest; fetched with pip)');
export const python = project('python', 'pandas and safetensors open our traces unaided (Vitest)');
