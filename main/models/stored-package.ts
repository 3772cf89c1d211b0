import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import { modelParitySchema, quantizations } from '../contract/library';
import { dtypes, type ModelSummary } from '../contract/model';
import { weightShapes } from '../graph/decoder-spec';
import { decoderSpecSchema } from './decoder-spec-schema';
import { hashFile } from './file-hash';
import { isMissing, parseModelJson, readModelFile } from './model-file';
import { openForReading } from './random-access';

/** Files of an imported model. All but the manifest are listed in it with their hash; chat template and reference may be missing. */
export const storedFiles = {
  manifest: 'interlinear.json',
  spec: 'spec.json',
  weights: 'weights.safetensors',
  tokenizer: 'tokenizer.json',
  template: 'chat-template.jinja',
  reference: 'reference.safetensors',
} as const;

const damaged = 'The model is damaged: remove it and add it again.';

/** How a model may be called on disk and in requests: the same on file systems with and without capitals. */
export const modelIdPattern = /^[a-z0-9][a-z0-9_-]{0,63}$/u;

const versionSchema = z.object({ schema: z.number().int() });
const digest = z.string().regex(/^[0-9a-f]{64}$/u);

/** How far one matrix moved when it was stored. */
const conversionSchema = z.object({
  tensor: z.string(),
  storage: z.string(),
  /** Root mean square error over root mean square value; 0 where the numbers are the checkpoint's own. */
  relativeError: z.number(),
});

export const storedManifestSchema = z.object({
  schema: z.literal(2),
  id: z.string().regex(modelIdPattern),
  name: z.string().min(1),
  task: z.literal('text'),
  license: z.string(),
  architecture: z.string(),
  dtype: z.enum(dtypes),
  source: z.object({
    kind: z.enum(['file', 'folder', 'hub', 'package']),
    /** Path, hub id or package, for people and for adding it again. */
    detail: z.string(),
    /** Commit or version, where the source has one. */
    revision: z.string().nullable(),
  }),
  /** ISO 8601. */
  importedAt: z.string(),
  /** By file name. */
  files: z.record(z.string().regex(/^\w[\w.-]*$/u), z.object({ sha256: digest, bytes: z.number().int().min(0) })),
  /** Ids of the tokens that end a text or a turn. */
  endTokens: z.array(z.number().int().min(0)),
  /** Texts a chat template may name. */
  specialTokens: z.object({ begin: z.string().nullable(), end: z.string().nullable() }),
  notes: z.array(z.string()),
  /** What was found on each device, and with which weights: where they are others now, it says nothing. */
  parity: z.array(modelParitySchema.extend({ weightsHash: digest.nullable().default(null) })),
  quantization: z.object({ requested: z.enum(quantizations), report: z.array(conversionSchema) }),
});
export type StoredManifest = z.infer<typeof storedManifestSchema>;

const storedSpecSchema = z.object({
  architecture: z.string(),
  maximumPositions: z.number().int().min(1).nullable(),
  spec: decoderSpecSchema,
});
export type StoredSpec = z.infer<typeof storedSpecSchema>;

/** An imported model with everything read but weights and tokenizer. */
export interface StoredPackage extends StoredSpec {
  readonly folder: string;
  readonly manifest: StoredManifest;
  readonly summary: ModelSummary;
  /** Bytes of a file, checked against its hash; null for one the model has not. @throws InterlinearError `bad-model` */
  file(name: string): Promise<Uint8Array | null>;
  /**
   * Path of a file the model cannot be without, once its hash has been found right.
   * @param onBytes told of every piece read
   * @throws InterlinearError `bad-model`
   */
  verified(name: string, onBytes?: (count: number) => void): Promise<string>;
}

function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `“${issue?.path.join('.') ?? ''}”: ${issue?.message ?? 'unreadable'}.`;
}

/** @throws InterlinearError `bad-model` */
function parseStoredManifest(value: unknown): StoredManifest {
  const version = versionSchema.safeParse(value);
  if (version.success && version.data.schema > 2) {
    const message = `${storedFiles.manifest} is of version ${version.data.schema}, this app reads up to version 2.`;
    throw new InterlinearError('bad-model', message, 'Update Interlinear.');
  }
  const parsed = storedManifestSchema.safeParse(value);
  if (parsed.success) return withOwnParity(parsed.data);
  throw new InterlinearError('bad-model', `${storedFiles.manifest}: ${issueOf(parsed.error)}`, damaged);
}

/** Without what was found with other weights than the manifest lists. */
function withOwnParity(manifest: StoredManifest): StoredManifest {
  const own = manifest.files[storedFiles.weights]?.sha256;
  return { ...manifest, parity: manifest.parity.filter(({ weightsHash }) => weightsHash === own) };
}

function summarize(manifest: StoredManifest, { architecture, maximumPositions, spec }: StoredSpec): ModelSummary {
  const sizes = [...weightShapes(spec).values()].map((shape) => shape.reduce((product, size) => product * size, 1));
  const weights = manifest.files[storedFiles.weights];
  return {
    id: manifest.id,
    name: manifest.name,
    task: manifest.task,
    weightsHash: weights?.sha256 ?? '',
    tokenizerHash: manifest.files[storedFiles.tokenizer]?.sha256,
    license: manifest.license,
    layers: spec.layers,
    width: spec.width,
    heads: spec.heads,
    vocabulary: spec.vocabulary,
    parameters: sizes.reduce((sum, size) => sum + size, 0),
    cacheBytesPerPosition: 2 * spec.layers * spec.keyValueHeads * spec.headWidth * Float32Array.BYTES_PER_ELEMENT,
    lanes: ['direct', 'cot', 'best-of-n', 'coconut'],
    architecture,
    dtype: manifest.dtype,
    maximumPositions,
    chat: manifest.files[storedFiles.template] !== undefined,
    bytes: weights?.bytes ?? 0,
  };
}

/** @throws InterlinearError `bad-model` when it cannot be read, `unknown-model` when there is none */
export async function readStoredManifest(folder: string): Promise<StoredManifest> {
  try {
    return parseStoredManifest(
      parseModelJson(await readModelFile(join(folder, storedFiles.manifest), storedFiles.manifest), storedFiles.manifest),
    );
  } catch (error) {
    if (!(error instanceof InterlinearError && isMissing(error.cause))) throw error;
    throw new InterlinearError(
      'unknown-model',
      `There is no model in the folder ${folder}.`,
      'interlinear models lists what is installed.',
    );
  }
}

/**
 * Opens an imported model: `interlinear.json` (schema 2) and `spec.json`.
 * @throws InterlinearError `unknown-model` when there is none, `bad-model` when it is damaged or of a newer app
 */
export async function openStoredPackage(folder: string): Promise<StoredPackage> {
  const manifest = await readStoredManifest(folder);
  const changed = (name: string): InterlinearError =>
    new InterlinearError('bad-model', `The file ${name} has changed since the model was added: its SHA-256 differs.`, damaged);
  const file = async (name: string): Promise<Uint8Array | null> => {
    const expected = manifest.files[name];
    if (!expected) return null;
    const bytes = await readModelFile(join(folder, name), name);
    if (createHash('sha256').update(bytes).digest('hex') === expected.sha256) return bytes;
    throw changed(name);
  };
  const verified: StoredPackage['verified'] = async (name, onBytes) => {
    const expected = manifest.files[name];
    const path = join(folder, name);
    const { handle } = await openForReading(path, name, { code: 'bad-model', hint: damaged });
    await handle.close();
    if (!expected || (await hashFile(path, onBytes && { onBytes })).sha256 !== expected.sha256) throw changed(name);
    return path;
  };
  const bytes = await file(storedFiles.spec);
  const parsed = storedSpecSchema.safeParse(bytes === null ? null : parseModelJson(bytes, storedFiles.spec));
  if (!parsed.success) throw new InterlinearError('bad-model', `${storedFiles.spec}: ${issueOf(parsed.error)}`, damaged);
  return { ...parsed.data, folder, manifest, summary: summarize(manifest, parsed.data), file, verified };
}
