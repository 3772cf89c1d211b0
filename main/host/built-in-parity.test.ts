import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ModelParity } from '../contract/library';
import { fakeModel } from '../runtime/testing/fake-model';
import { BuiltInParity } from './built-in-parity';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-built-in-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const { summary } = fakeModel();
const found = (device: ModelParity['device'], passed: boolean): ModelParity => ({
  device,
  passed,
  maximumDifference: 1e-6,
  checkedAt: '2026-11-24T00:00:00.000Z',
  exact: null,
  speed: null,
});

it('keeps the last result of every device, for these weights only', async () => {
  const path = join(folder, 'models', 'built-in-parity.json');
  const kept = new BuiltInParity(path);
  await expect(kept.of(summary)).resolves.toEqual([]);
  for (const result of [found('cpu', false), found('webgpu', true), found('cpu', true)]) await kept.record(summary, result);
  await expect(new BuiltInParity(path).of(summary)).resolves.toEqual([found('webgpu', true), found('cpu', true)]);
  const updated = { ...summary, weightsHash: '1'.repeat(64) };
  await expect(kept.of(updated)).resolves.toEqual([]);
  await kept.record(updated, found('cpu', false));
  await expect(kept.of(updated)).resolves.toEqual([found('cpu', false)]);
});

it('holds nothing where its file is damaged, and goes on', async () => {
  const path = join(folder, 'built-in-parity.json');
  await writeFile(path, '{"fake": 1}');
  const kept = new BuiltInParity(path);
  await expect(kept.of(summary)).resolves.toEqual([]);
  await kept.record(summary, found('cpu', true));
  await expect(kept.of(summary)).resolves.toEqual([found('cpu', true)]);
});
