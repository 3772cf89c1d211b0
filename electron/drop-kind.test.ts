import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dropKind } from './drop-kind';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-drop-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('dropKind', () => {
  it('takes .gguf files and published folders for models', async () => {
    const published = join(folder, 'SmolLM2');
    mkdirSync(published);
    writeFileSync(join(published, 'config.json'), '{}');
    await expect(dropKind(published)).resolves.toBe('model');
    await expect(dropKind(join(folder, 'Model.Q4_1.GGUF'))).resolves.toBe('model');
  });

  it('takes the rest for traces, whatever is inside a bundle', async () => {
    const bundle = join(folder, 'run.interlinear');
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'config.json'), '{}');
    await expect(dropKind(bundle)).resolves.toBe('trace');
    await expect(dropKind(join(folder, 'missing'))).resolves.toBe('trace');
    await expect(dropKind('')).resolves.toBe('trace');
  });

  it('takes a bundle of another name for a trace, and says of anything else that it is neither', async () => {
    const renamed = join(folder, 'monday');
    mkdirSync(renamed);
    await expect(dropKind(renamed)).rejects.toMatchObject({ code: 'bad-request', message: '“monday” is neither a trace nor a model.' });
    writeFileSync(join(renamed, 'manifest.json'), '{}');
    await expect(dropKind(renamed)).resolves.toBe('trace');
    writeFileSync(join(folder, 'run.zip'), '');
    await expect(dropKind(join(folder, 'run.zip'))).resolves.toBe('trace');
    writeFileSync(join(folder, 'holiday.jpg'), '');
    await expect(dropKind(join(folder, 'holiday.jpg'))).rejects.toThrow('neither');
  });

  it('says what is missing beside a lone weights file', async () => {
    await expect(dropKind(join(folder, 'model.safetensors'))).rejects.toMatchObject({
      code: 'bad-model',
      hint: expect.stringContaining('config.json') as string,
    });
  });
});
