import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TensorSource, writeSafetensors } from './safetensors';
import { openSafetensorsFolder } from './safetensors-folder';

let parent = '';
let folder = '';
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'interlinear-folder-'));
  folder = join(parent, 'model');
  await mkdir(folder);
});
afterEach(async () => {
  await rm(parent, { recursive: true });
});

const bytesOf = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const tensor = (name: string, ...values: number[]): TensorSource => ({
  name,
  dtype: 'F32',
  shape: [values.length / 2, 2],
  data: bytesOf(...values),
});
const shard = (place: string, ...tensors: TensorSource[]): Promise<void> => writeSafetensors(join(parent, place), tensors);

async function writeIndex(weightMap: unknown): Promise<void> {
  await writeFile(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap }));
}

async function expectRefused(message: string, code = 'bad-model'): Promise<void> {
  await expect(openSafetensorsFolder(folder)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
}

describe('a folder with one file', () => {
  it('gives its floats by rows', async () => {
    await shard(
      'model/model.safetensors',
      tensor('w', 1, 2, 3, 4, 5, 6),
      { name: 'scalar', dtype: 'F32', shape: [], data: bytesOf(7) },
      { name: 'empty', dtype: 'F32', shape: [0, 3], data: new Uint8Array(0) },
      { name: 'positions', dtype: 'I64', shape: [1], data: new Uint8Array(8) },
    );
    const checkpoint = await openSafetensorsFolder(folder);
    expect([...checkpoint.tensors.keys()].toSorted()).toEqual(['empty', 'scalar', 'w']);
    expect(checkpoint.tensors.get('w')).toMatchObject({ shape: [3, 2], type: 'F32', byteLength: 24 });
    expect(await checkpoint.tensors.get('w')?.rows(1, 1)).toEqual(bytesOf(3, 4));
    expect(await checkpoint.tensors.get('scalar')?.rows()).toEqual(bytesOf(7));
    expect(await checkpoint.tensors.get('empty')?.rows()).toEqual(bytesOf());
    await checkpoint.close();
  });

  it('that is damaged is refused by name', async () => {
    await shard('model/model.safetensors', tensor('w', 1, 2));
    await truncate(join(folder, 'model.safetensors'), 20);
    await expectRefused('model.safetensors: The header claims');
  });

  it('with floats that cannot be read is refused', async () => {
    const json = JSON.stringify({ w: { dtype: 'F64', shape: [1], data_offsets: [0, 8] } });
    const length = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer);
    await writeFile(join(folder, 'model.safetensors'), Buffer.concat([length, Buffer.from(json), new Uint8Array(8)]));
    await expectRefused('“w” is stored as F64', 'unsupported');
  });
});

describe('a folder with several files', () => {
  it('gives the tensors of all', async () => {
    await shard('model/a.safetensors', tensor('v', 1, 2));
    await shard('model/b.safetensors', tensor('w', 3, 4), tensor('unlisted', 5, 6));
    await writeIndex({ v: 'a.safetensors', w: 'b.safetensors' });
    const checkpoint = await openSafetensorsFolder(folder);
    expect([...checkpoint.tensors.keys()].toSorted()).toEqual(['unlisted', 'v', 'w']);
    expect(await checkpoint.tensors.get('w')?.rows()).toEqual(bytesOf(3, 4));
    await checkpoint.close();
  });

  it('some of them missing is refused, and they are named', async () => {
    await shard('model/a.safetensors', tensor('v', 1, 2));
    await writeIndex(Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`w${i}`, `part-${i}.safetensors`])));
    await expectRefused(
      'missing: part-0.safetensors, part-1.safetensors, part-2.safetensors, part-3.safetensors, part-4.safetensors and 3 more',
    );
  });

  it('at odds with its index is refused', async () => {
    await shard('model/a.safetensors', tensor('v', 1, 2));
    await shard('model/b.safetensors', tensor('w', 1, 2));
    await writeIndex({ v: 'a.safetensors', w: 'a.safetensors' });
    await expectRefused('“w” is not in a.safetensors');
    await shard('model/b.safetensors', tensor('v', 1, 2));
    await writeIndex({ v: 'a.safetensors', w: 'b.safetensors' });
    await expectRefused('“v” is in a.safetensors and in b.safetensors');
  });

  it.each([
    '../outside.safetensors',
    '/etc/x.safetensors',
    'sub/a.safetensors',
    'sub\\a.safetensors',
    'c:a.safetensors',
    '..',
    '',
    'a.bin',
    'a\0.safetensors',
    5,
  ])('does not look outside for %j', async (name) => {
    await shard('outside.safetensors', tensor('w', 1, 2));
    await writeIndex({ w: name });
    await expect(openSafetensorsFolder(folder)).rejects.toMatchObject({ code: 'bad-model' });
  });

  it.each(['not JSON', '[]', '{}', '{"weight_map":{"w":"a.safetensors","w":"b.safetensors"}}'])(
    'is refused with the index %s',
    async (text) => {
      await shard('model/a.safetensors', tensor('w', 1, 2));
      await shard('model/b.safetensors', tensor('w', 1, 2));
      await writeFile(join(folder, 'model.safetensors.index.json'), text);
      await expectRefused('model.safetensors.index.json');
    },
  );
});

describe.skipIf(process.platform === 'win32')('links', () => {
  it('that leave the folder are refused', async () => {
    await shard('outside.safetensors', tensor('w', 1, 2));
    await symlink('../outside.safetensors', join(folder, 'model.safetensors'));
    await expectRefused('link that leaves the folder');
    await rm(join(folder, 'model.safetensors'));
    await symlink('../outside.safetensors', join(folder, 'a.safetensors'));
    await writeIndex({ w: 'a.safetensors' });
    await expectRefused('a.safetensors is a link that leaves the folder');
  });

  it('to a folder of nearly the same name leave it too', async () => {
    await mkdir(join(parent, 'model-2'));
    await shard('model-2/a.safetensors', tensor('w', 1, 2));
    await symlink('../model-2/a.safetensors', join(folder, 'model.safetensors'));
    await expectRefused('leaves the folder');
  });

  it('inside the folder, or to the folder, are followed', async () => {
    await shard('model/real', tensor('w', 1, 2));
    await symlink('real', join(folder, 'model.safetensors'));
    await symlink('model', join(parent, 'link'));
    const checkpoint = await openSafetensorsFolder(join(parent, 'link'));
    expect(await checkpoint.tensors.get('w')?.rows()).toEqual(bytesOf(1, 2));
    await checkpoint.close();
  });

  it('of a snapshot lead into its blobs and nowhere else', async () => {
    await mkdir(join(parent, 'blobs'));
    await mkdir(join(parent, 'snapshots', 'abc'), { recursive: true });
    folder = join(parent, 'snapshots', 'abc');
    await shard('blobs/123', tensor('w', 1, 2));
    await symlink('../../blobs/123', join(folder, 'model.safetensors'));
    const checkpoint = await openSafetensorsFolder(folder);
    expect(await checkpoint.tensors.get('w')?.rows()).toEqual(bytesOf(1, 2));
    await checkpoint.close();

    await rm(join(parent, 'blobs'), { recursive: true });
    await mkdir(join(parent, 'elsewhere'));
    await shard('elsewhere/123', tensor('w', 1, 2));
    await symlink('elsewhere', join(parent, 'blobs'));
    await expectRefused('leaves the folder');
  });
});

describe('a folder without safetensors says what to do', () => {
  it.each([
    ['pytorch_model.bin', 'unsupported', 'save_pretrained'],
    ['model-q4.gguf', 'bad-model', 'model-q4.gguf itself'],
    ['config.json', 'bad-model', 'incomplete'],
  ])('%s', async (name, code, hint) => {
    await writeFile(join(folder, name), 'x');
    await expect(openSafetensorsFolder(folder)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) as string });
  });

  it('that is not there', async () => {
    folder = join(parent, 'nowhere');
    await expectRefused('folder cannot be read');
  });

  it('whose file is a folder', async () => {
    await mkdir(join(folder, 'model.safetensors'));
    await expectRefused('model.safetensors is not a file');
  });
});
