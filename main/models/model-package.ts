import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import { laneKinds } from '../contract/lanes';
import type { Markers, ModelSummary } from '../contract/model';
import { weightShapes } from '../graph/decoder-spec';
import type { ModelArchitecture } from './architectures/architecture';
import { readArchitecture } from './architectures/read-architecture';
import { isMissing, parseModelJson, readModelFile } from './model-file';
import type { ModelTokenizer } from './tokenizer';

export const weightsFile = 'model.safetensors';
export const tokenizerFile = 'tokenizer.json';
const configFile = 'config.json';
const manifestFile = 'interlinear.json';

const damaged = 'The model is damaged: copy or download it again.';

/** `interlinear.json`: what the app knows of a model beyond its configuration. Read in two stages, the version first. */
const versionSchema = z.object({ schema: z.number().int() });
const manifestSchema = z.object({
  schema: z.literal(1),
  id: z.string().regex(/^[\w-]+$/u),
  name: z.string().min(1),
  task: z.enum(['kin', 'text']),
  license: z.string(),
  /** The people a kin model knows. */
  names: z.array(z.string()).default([]),
  /** Texts of the marker tokens. */
  markers: z.object({ think: z.string(), thought: z.string(), answer: z.string(), end: z.string() }),
  lanes: z.array(z.enum(laneKinds)),
  /** Hex SHA-256 by file name. */
  sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/u)).refine((hashes) => Object.hasOwn(hashes, weightsFile)),
});
type Manifest = z.infer<typeof manifestSchema>;

/** A model's folder with everything read but weights and tokenizer. */
export interface ModelPackage extends ModelArchitecture {
  readonly manifest: Manifest;
  readonly summary: ModelSummary;
  /**
   * Bytes of a file of the folder, checked against the hash listed for it.
   * @throws InterlinearError `bad-model`
   */
  file(name: string): Promise<Uint8Array>;
}

function parseManifest(value: unknown): Manifest {
  const version = versionSchema.safeParse(value);
  if (version.success && version.data.schema > 1) {
    throw new InterlinearError(
      'bad-model',
      `${manifestFile} is of version ${version.data.schema}, this app reads version 1.`,
      'Update Interlinear.',
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InterlinearError('bad-model', `${manifestFile}: “${issue?.path.join('.') ?? ''}”: ${issue?.message ?? 'unreadable'}.`, damaged);
}

function summarize(manifest: Manifest, { spec, maximumPositions, architecture }: ModelArchitecture, bytes: number): ModelSummary {
  const sizes = [...weightShapes(spec).values()].map((shape) => shape.reduce((product, size) => product * size, 1));
  return {
    id: manifest.id,
    name: manifest.name,
    task: manifest.task,
    weightsHash: manifest.sha256[weightsFile] ?? '',
    tokenizerHash: manifest.sha256[tokenizerFile],
    license: manifest.license,
    layers: spec.layers,
    width: spec.width,
    heads: spec.heads,
    vocabulary: spec.vocabulary,
    parameters: sizes.reduce((sum, size) => sum + size, 0),
    cacheBytesPerPosition: 2 * spec.layers * spec.keyValueHeads * spec.headWidth * Float32Array.BYTES_PER_ELEMENT,
    lanes: manifest.lanes,
    architecture,
    dtype: 'f32',
    maximumPositions,
    chat: false,
    bytes,
  };
}

/**
 * Opens the model in a folder: `interlinear.json`, `config.json`, `tokenizer.json`, `model.safetensors`.
 * @throws InterlinearError `unknown-model` when there is no such model, `bad-model` or `unsupported` when it cannot be used
 */
export async function openModelPackage(folder: string): Promise<ModelPackage> {
  let manifest: Manifest;
  try {
    manifest = parseManifest(parseModelJson(await readModelFile(join(folder, manifestFile), manifestFile), manifestFile));
  } catch (error) {
    if (!(error instanceof InterlinearError && isMissing(error.cause))) throw error;
    throw new InterlinearError(
      'unknown-model',
      `There is no model in the folder ${folder}.`,
      `A model is a folder with a file ${manifestFile}.`,
      { cause: error },
    );
  }
  const file = async (name: string): Promise<Uint8Array> => {
    const bytes = await readModelFile(join(folder, name), name);
    const expected = manifest.sha256[name];
    if (expected !== undefined && createHash('sha256').update(bytes).digest('hex') !== expected) {
      throw new InterlinearError(
        'bad-model',
        `The file ${name} is not the one the model was published with: its SHA-256 differs.`,
        damaged,
      );
    }
    return bytes;
  };
  const architecture = readArchitecture(parseModelJson(await file(configFile), configFile));
  return { ...architecture, manifest, summary: summarize(manifest, architecture, await fileBytes(join(folder, weightsFile))), file };
}

/** Size of a file, 0 where there is none: reading it says what is wrong. */
async function fileBytes(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Token ids of the markers. @throws InterlinearError `bad-model` when the tokenizer does not know one */
export function resolveMarkers({ markers }: Manifest, tokenizer: ModelTokenizer): Markers {
  const find = (name: keyof Manifest['markers']): number => {
    const id = tokenizer.find(markers[name]);
    if (id === null)
      throw new InterlinearError('bad-model', `${tokenizerFile} has no token “${markers[name]}” for the marker “${name}”.`, damaged);
    return id;
  };
  return { think: [find('think')], thought: [find('thought')], answer: [find('answer')], ends: [find('end')] };
}
