import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { relativeDifference } from '../../measures/vectors';
import { readArchitecture, readGgufArchitecture } from '../architectures/read-architecture';
import { matchWeights } from '../architectures/weight-source';
import { openGguf } from '../gguf/open-gguf';
import { openSafetensors } from '../safetensors';
import { openSafetensorsFolder } from '../safetensors-folder';
import { plainForward } from './plain-forward';
import { sourceValues } from './source-values';

const fixtures = join(import.meta.dirname, '../architectures/fixtures');
const files = readdirSync(fixtures, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => ['model.safetensors', 'model.gguf'].map((file) => join(name, file)))
  .filter((file) => existsSync(join(fixtures, file)));

/** PyTorch rounds to 32 bits at every step; measured: at most 2e-6. */
const tolerance = 2e-5;

describe.each(files)('plain arithmetic over %s', (file) => {
  it('gives every residual stream and the logits PyTorch gives', async () => {
    const folder = join(fixtures, file, '..');
    const gguf = file.endsWith('.gguf') ? await openGguf(join(fixtures, file)) : null;
    const checkpoint = gguf ?? (await openSafetensorsFolder(folder));
    const architecture = gguf
      ? await readGgufArchitecture(gguf)
      : readArchitecture(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')));
    const { spec } = architecture;
    const expected = await openSafetensors(join(folder, 'parity.safetensors'));
    const ids = [...new Int32Array(Uint8Array.from(await expected.bytes('0.ids')).buffer)];
    const weights = sourceValues(checkpoint, matchWeights(architecture, checkpoint.tensors));
    const { residual, logits } = await plainForward({ spec, weights, ids });
    const streams = await expected.float32('0.residual');
    for (let at = 0; at < streams.length; at += spec.width) {
      const one = (all: Float32Array): Float32Array => all.subarray(at, at + spec.width);
      expect(relativeDifference(one(residual), one(streams)), `stream ${at / spec.width}`).toBeLessThan(tolerance);
    }
    expect(residual).toHaveLength(streams.length);
    const last = (await expected.float32('0.logits')).subarray(-spec.vocabulary);
    expect(relativeDifference(logits ?? new Float32Array(0), last)).toBeLessThan(tolerance);
    const cut = await plainForward({ spec, weights, ids, layers: 1 });
    expect(cut).toEqual({ residual: residual.subarray(0, cut.residual.length), logits: null });
    await checkpoint.close();
    await expected.close();
  });
});
