import { mkdtemp, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStoredPackage, storedFiles } from '../models/stored-package';
import { ModelLibrary } from './model-library';
import { writeStoredModel } from './testing/write-stored-model';

let folder: string;
let library: ModelLibrary;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-library-'));
  library = new ModelLibrary(folder);
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

/** The id of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

describe('the library', () => {
  it('is empty where there is no folder', async () => {
    await expect(new ModelLibrary(join(folder, 'none')).list()).resolves.toEqual([]);
  });

  it('lists models in the order of ids, and what is wrong with damaged ones', async () => {
    await writeStoredModel(folder, 'b');
    await writeStoredModel(folder, 'a');
    const cut = await writeStoredModel(folder, 'cut');
    await writeFile(join(cut, 'weights.safetensors'), 'we');
    const gone = await writeStoredModel(folder, 'gone');
    await rm(join(gone, 'tokenizer.json'));
    await writeStoredModel(folder, 'moved-from');
    await rename(join(folder, 'moved-from'), join(folder, 'moved-to'));
    await mkdir(join(folder, 'no-model'));
    await writeFile(join(folder, 'a file'), '');
    const entries = await library.list();
    expect(entries.map(({ id, damage }) => [id, damage])).toEqual([
      ['a', null],
      ['b', null],
      ['cut', 'The file weights.safetensors has 2 bytes instead of 7.'],
      ['gone', 'The file tokenizer.json is missing.'],
      ['moved-to', 'The folder of the model “moved-from” was renamed.'],
      ['no-model', expect.stringContaining('There is no model in the folder')],
    ]);
    expect(entries[0]?.model?.summary).toMatchObject({
      id: 'a',
      task: 'text',
      architecture: 'llama',
      bytes: 7,
      maximumPositions: 64,
      chat: false,
    });
  });

  it('asks for an update where a manifest is newer', async () => {
    const path = await writeStoredModel(folder, 'newer');
    await writeFile(join(path, 'interlinear.json'), JSON.stringify({ schema: 3 }));
    await expect(openStoredPackage(path)).rejects.toMatchObject({ code: 'bad-model', hint: 'Update Interlinear.' });
  });

  it('finds a changed file of the same size, and a missing one', async () => {
    const path = await writeStoredModel(folder, 'm');
    await expect(library.verify('m')).resolves.toEqual({ passed: true, problems: [] });
    await writeFile(join(path, 'weights.safetensors'), 'wEights');
    await rm(join(path, 'tokenizer.json'));
    await expect(library.verify('m')).resolves.toEqual({
      passed: false,
      problems: ['weights.safetensors has changed: its SHA-256 differs.', 'tokenizer.json is missing or cannot be read.'],
    });
    await expect((await library.open('m')).file('weights.safetensors')).rejects.toMatchObject({ code: 'bad-model' });
  });

  it('does not follow names that lead out of the folder', async () => {
    const path = await writeStoredModel(folder, 'm');
    const manifest = JSON.parse(await readFile(join(path, 'interlinear.json'), 'utf8')) as { files: Record<string, unknown> };
    manifest.files['../../secret'] = { bytes: 1, sha256: 'a'.repeat(64) };
    await writeFile(join(path, 'interlinear.json'), JSON.stringify(manifest));
    await expect(openStoredPackage(path)).rejects.toMatchObject({ code: 'bad-model' });
    for (const id of ['..', '../m', 'a/b', 'a\\b', '', '.', 'C:', 'con', 'M', 'm\0', '.trash', 'x'.repeat(65)]) {
      for (const ask of ['verify', 'remove', 'restore', 'open', 'begin'] as const)
        await expect(library[ask](id)).rejects.toMatchObject({ code: 'unknown-model' });
    }
  });

  it('removes, restores, and deletes for good', async () => {
    await writeStoredModel(folder, 'm');
    await library.remove('m');
    await expect(library.list()).resolves.toEqual([]);
    await expect(library.remove('m')).rejects.toMatchObject({ code: 'unknown-model' });
    await library.restore('m');
    await expect(library.verify('m')).resolves.toMatchObject({ passed: true });
    await library.remove('m');
    await writeStoredModel(folder, 'm');
    await expect(library.restore('m')).rejects.toMatchObject({ code: 'bad-request' });
    library.emptyTrash();
    await expect(readdir(join(folder, '.trash'))).resolves.toEqual([]);
    await library.remove('m');
    library.emptyTrash();
    await expect(library.restore('m')).rejects.toMatchObject({ code: 'unknown-model' });
  });

  it('keeps the last parity result of every device with the model, which stays sound', async () => {
    await writeStoredModel(folder, 'm');
    const found = (device: 'cpu' | 'webgpu', passed: boolean) => ({
      device,
      passed,
      maximumDifference: 0.001,
      checkedAt: '2026-11-24T00:00:00.000Z',
      exact: null,
      speed: null,
    });
    const { weightsHash } = (await library.open('m')).summary;
    for (const parity of [found('cpu', false), found('webgpu', true), found('cpu', true)])
      await library.recordParity('m', weightsHash, parity);
    const kept = [found('webgpu', true), found('cpu', true)].map((parity) => ({ ...parity, weightsHash }));
    expect((await library.open('m')).manifest.parity).toEqual(kept);
    // Found by a run whose model has been replaced since.
    await library.recordParity('m', 'f'.repeat(64), found('cpu', false));
    expect((await library.open('m')).manifest.parity).toEqual(kept);
    await expect(library.verify('m')).resolves.toMatchObject({ passed: true });
    await expect(readdir(join(folder, 'm'))).resolves.toHaveLength(4);
    await expect(library.recordParity('none', weightsHash, found('cpu', true))).rejects.toMatchObject({ code: 'unknown-model' });
  });

  it('says nothing of what was found with other weights', async () => {
    await writeStoredModel(folder, 'm');
    const { summary, folder: own } = await library.open('m');
    await library.recordParity('m', summary.weightsHash, {
      device: 'cpu',
      passed: true,
      maximumDifference: 0.001,
      checkedAt: '2026-11-24T00:00:00.000Z',
      exact: { passed: true, maximumDifference: 1e-6, tolerance: 2e-4, compared: 'all', checkedAt: '2026-11-24T00:00:00.000Z' },
      speed: null,
    });
    const path = join(own, storedFiles.manifest);
    const written = await readFile(path, 'utf8');
    expect((await library.open('m')).manifest.parity).toHaveLength(1);
    await writeFile(path, written.replaceAll(`"sha256": "${summary.weightsHash}"`, `"sha256": "${'f'.repeat(64)}"`));
    expect((await library.open('m')).manifest.parity).toEqual([]);
    // As it was kept before weights were named.
    await writeFile(path, written.replaceAll(/,\s*"weightsHash": "[0-9a-f]+"/gu, ''));
    expect((await library.open('m')).manifest.parity).toEqual([]);
  });

  it('restores what an engine that has ended removed, the last of several first', async () => {
    for (const name of ['first', 'second']) {
      await writeStoredModel(folder, 'm', { name });
      await new ModelLibrary(folder).remove('m');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const later = new ModelLibrary(folder);
    await later.list();
    await later.restore('m');
    expect((await later.open('m')).manifest.name).toBe('second');
  });

  it('deletes what processes that have ended left, and nothing of living ones', async () => {
    const dead = deadProcess();
    const kept = [`m.partial-${process.ppid}-00ff`, `mine`, `m.partial-x-00`];
    for (const name of [...kept, `m.partial-${dead}-00ff`, `m.partial-${process.pid}-00ff`]) await mkdir(join(folder, name));
    const own = await library.begin('m');
    await new ModelLibrary(folder).list();
    const names = await readdir(folder);
    expect(names.toSorted()).toEqual([...kept, own.path.slice(folder.length + 1)].toSorted());
    await own.discard();
  });

  it('shows a new model only when it is whole, and refuses a name that is taken', async () => {
    const first = await library.begin('m');
    const second = await library.begin('m');
    await writeFile(join(first.path, 'file'), 'first');
    await expect(library.list()).resolves.toEqual([]);
    await library.finish(first, 'm');
    await expect(readFile(join(folder, 'm', 'file'), 'utf8')).resolves.toBe('first');
    await expect(library.finish(second, 'm')).rejects.toMatchObject({ code: 'bad-request' });
    await second.discard();
    await expect(library.begin('m')).rejects.toMatchObject({ code: 'bad-request' });
    await expect(readdir(folder)).resolves.toEqual(['m']);
  });

  it('says what the disk refuses', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(new ModelLibrary(join(folder, 'file', 'models')).begin('m')).rejects.toMatchObject({ code: 'disk-error' });
    await symlink(join(folder, 'nowhere'), join(folder, 'link'));
    await expect(new ModelLibrary(join(folder, 'link')).list()).resolves.toEqual([]);
  });
});
