import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import { pathInFolder } from '../models/folder-file';
import { parseModelJson, readModelFile } from '../models/model-file';

/** The largest vocabularies take a tenth of it. */
const maximumBytes = 200_000_000;

/** Bytes of a small file of a checkpoint's folder, or null where it has none. @throws InterlinearError `bad-model` */
async function readSmall(folder: string, name: string): Promise<Uint8Array | null> {
  const path = await pathInFolder(folder, name);
  if (path === null) return null;
  const { size } = await stat(path);
  if (size > maximumBytes) throw new InterlinearError('bad-model', `The file ${name} is too large to be what its name says.`);
  return readModelFile(path, name);
}

/** The same for one that has to be there. */
export async function readNeeded(folder: string, name: string): Promise<Uint8Array> {
  const bytes = await readSmall(folder, name);
  if (bytes !== null) return bytes;
  throw new InterlinearError('bad-model', `The folder has no ${name}.`, 'The model is incomplete: copy or download it again.');
}

const id = z.number().int().min(0);
const ids = z
  .union([id, z.array(id)])
  .nullish()
  .catch(null);
const generationSchema = z.object({ eos_token_id: ids });
const text = z
  .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
  .nullish()
  .catch(null);
const tokenizerConfigSchema = z.object({
  bos_token: text,
  eos_token: text,
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish()
    .catch(null),
});
const tokenizerSchema = z.object({ added_tokens: z.array(z.object({ id, content: z.string() })).catch([]) });

/** What the small files of a folder say beside `config.json`. */
export interface FolderTexts {
  readonly tokenizer: Uint8Array;
  readonly template: string | null;
  readonly endTokens: readonly number[];
  readonly specialTokens: { readonly begin: string | null; readonly end: string | null };
}

async function readOptional<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<T | null> {
  const bytes = await readSmall(folder, name);
  return bytes === null ? null : (schema.safeParse(parseModelJson(bytes, name)).data ?? null);
}

async function readTemplate(folder: string, config: z.infer<typeof tokenizerConfigSchema> | null): Promise<string | null> {
  const file = await readSmall(folder, 'chat_template.jinja');
  if (file !== null) return new TextDecoder().decode(file);
  const given = config?.chat_template ?? null;
  if (!Array.isArray(given)) return given;
  return (given.find(({ name }) => name === 'default') ?? given[0])?.template ?? null;
}

/**
 * Reads tokenizer, chat template and end tokens of a folder as transformers writes it. Files that say more than is needed
 * may be missing or odd; the tokenizer may not.
 * @param config value of `config.json`
 * @throws InterlinearError `bad-model`
 */
export async function readFolderTexts(folder: string, config: unknown): Promise<FolderTexts> {
  const tokenizer = await readNeeded(folder, 'tokenizer.json');
  const { added_tokens: added } = tokenizerSchema.parse(parseModelJson(tokenizer, 'tokenizer.json') ?? {});
  const generation = await readOptional(folder, 'generation_config.json', generationSchema);
  const texts = await readOptional(folder, 'tokenizer_config.json', tokenizerConfigSchema);
  const end = texts?.eos_token ?? null;
  const endTokens = [
    generation?.eos_token_id,
    generationSchema.safeParse(config).data?.eos_token_id,
    added.find(({ content }) => content === end)?.id,
  ].flatMap((found) => found ?? []);
  return {
    tokenizer,
    template: await readTemplate(folder, texts),
    endTokens: [...new Set(endTokens)],
    specialTokens: { begin: texts?.bos_token ?? null, end },
  };
}
