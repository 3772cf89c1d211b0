import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DecoderSpec } from '../../graph/decoder-spec';
import { readArchitecture } from '../../models/architectures/read-architecture';
import { type StoredManifest, storedFiles } from '../../models/stored-package';

/** A decoder of a few numbers. */
export const smallSpec: DecoderSpec = readArchitecture({
  model_type: 'llama',
  vocab_size: 8,
  hidden_size: 4,
  intermediate_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 1,
}).spec;

/** Writes a model to a folder of its id in the library, as an import would; its weights are no weights. */
export async function writeStoredModel(library: string, id: string, changes: Partial<StoredManifest> = {}): Promise<string> {
  const folder = join(library, id);
  await mkdir(folder, { recursive: true });
  const contents = {
    [storedFiles.spec]: JSON.stringify({ architecture: 'llama', maximumPositions: 64, spec: smallSpec }),
    [storedFiles.weights]: 'weights',
    [storedFiles.tokenizer]: '{}',
  };
  const files: StoredManifest['files'] = {};
  for (const [name, text] of Object.entries(contents)) {
    await writeFile(join(folder, name), text);
    files[name] = { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') };
  }
  const manifest: StoredManifest = {
    schema: 2,
    id,
    name: id,
    task: 'text',
    license: 'MIT',
    architecture: 'llama',
    dtype: 'f32',
    source: { kind: 'file', detail: 'small.gguf', revision: null },
    importedAt: '2026-11-24T00:00:00.000Z',
    files,
    endTokens: [0],
    specialTokens: { begin: null, end: null },
    notes: [],
    parity: [],
    quantization: { requested: 'auto', report: [] },
    ...changes,
  };
  await writeFile(join(folder, storedFiles.manifest), JSON.stringify(manifest));
  return folder;
}
