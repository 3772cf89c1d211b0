import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSafetensorsHeader } from '../../models/safetensors-header';
import { storedFiles, storedManifestSchema } from '../../models/stored-package';

export interface Damage {
  /** Name in the file of the weights. */
  readonly tensor: string;
  /** Bytes turned over from `first` on; up to the tensor's end at the most. */
  readonly count: number;
  readonly first?: number;
  /** The manifest is told the new hash, so that no hash gives the damage away. */
  readonly told: boolean;
}

/** Turns some bytes of an imported model's weights over. @param folder of the model */
export async function damageWeights(folder: string, { tensor, count, first = 0, told }: Damage): Promise<void> {
  const path = join(folder, storedFiles.weights);
  const bytes = await readFile(path);
  const place = parseSafetensorsHeader(bytes, bytes.length).tensors.get(tensor);
  if (!place) throw new Error(`No tensor ${tensor}`);
  const start = place.offset + first;
  const end = Math.min(start + count, place.offset + place.byteLength);
  for (let at = start; at < end; at++) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  await writeFile(path, bytes);
  if (!told) return;
  const manifestPath = join(folder, storedFiles.manifest);
  const manifest = storedManifestSchema.parse(JSON.parse(await readFile(manifestPath, 'utf8')));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = { ...manifest.files, [storedFiles.weights]: { sha256, bytes: bytes.length } };
  await writeFile(manifestPath, JSON.stringify({ ...manifest, files }));
}
