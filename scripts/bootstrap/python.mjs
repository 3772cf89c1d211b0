import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder } from './folders.mjs';
import { readCommand, runCommand } from './run-command.mjs';
import { say } from './say.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

const PACKAGES = join(import.meta.dirname, 'python-packages.txt');
const NEEDED = 'import numpy, pandas, pyarrow, safetensors.numpy';

const works = async (python) => (await readCommand(python, ['-c', NEEDED])).code === 0;

/** The virtual environment of ours, made now if it is not there yet; undefined where it cannot be made. */
async function ownPython() {
  const hash = createHash('sha256').update(readFileSync(PACKAGES)).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(), `python-${hash}`);
  const python = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python3');
  const stamp = join(folder, 'interlinear.json');
  if (readStamp(stamp) && existsSync(python)) return python;

  say(`Making a Python environment in ${folder}, because no Python here has pandas, pyarrow and safetensors…`);
  const makeEnvironment = () => runCommand('python3', ['-m', 'venv', '--clear', folder]);
  if ((await makeEnvironment()) !== 0) {
    if (process.platform !== 'linux' || process.getuid() !== 0) return undefined;
    // Debian keeps venv apart from Python.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runCommand('apt-get', ['-q', '-y', 'update'], { env });
    await runCommand('apt-get', ['-q', '-y', 'install', '--no-install-recommends', 'python3-venv'], { env });
    if ((await makeEnvironment()) !== 0) return undefined;
  }
  const install = ['-m', 'pip', 'install', '--disable-pip-version-check', '--only-binary', ':all:', '-r', PACKAGES];
  if ((await runCommand(python, install)) !== 0) return undefined;
  writeStamp(stamp, { made: new Date().toISOString() });
  return python;
}

/**
 * A Python that can read Parquet and safetensors, as environment variables for the tests. Where none can be had the
 * tests that need it are skipped, and this says so: it is no part of the product.
 */
export async function ensurePython(environment = process.env) {
  const candidates = [environment.INTERLINEAR_PYTHON, 'python3'].filter(Boolean);
  for (const python of candidates) if (await works(python)) return { INTERLINEAR_PYTHON: python };
  const python = await ownPython();
  if (!python) {
    say('No Python with pandas, pyarrow and safetensors can be had here: the tests that need one will be skipped.');
    return {};
  }
  return { INTERLINEAR_PYTHON: python, PATH: `${dirname(python)}${delimiter}${environment.PATH ?? ''}` };
}
