import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { InterlinearError } from '../contract/errors';

const lineSchema = z.object({ id: z.union([z.string(), z.number()]).transform(String), prompt: z.string() });
export type PromptLine = z.infer<typeof lineSchema>;

/**
 * Reads one `{"id","prompt"}` per line; blank lines are skipped. Ids must be unique: they name the bundles.
 * @throws InterlinearError `bad-request` naming the line.
 */
export function parsePrompts(text: string): PromptLine[] {
  const seen = new Set<string>();
  return text.split(/\r?\n/u).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const at = `Line ${index + 1} of the prompts file`;
    const parsed = lineSchema.safeParse(parseJson(line, at));
    if (!parsed.success) throw new InterlinearError('bad-request', `${at} is not {"id", "prompt"}.`, parsed.error.issues[0]?.message ?? '');
    if (seen.has(parsed.data.id))
      throw new InterlinearError('bad-request', `${at} repeats the id “${parsed.data.id}”.`, 'Give every prompt its own id.');
    seen.add(parsed.data.id);
    return [parsed.data];
  });
}

export async function readPrompts(path: string): Promise<PromptLine[]> {
  try {
    return parsePrompts(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof InterlinearError) throw error;
    throw new InterlinearError('bad-request', `The prompts file ${path} cannot be read.`, error instanceof Error ? error.message : '');
  }
}

function parseJson(line: string, at: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new InterlinearError('bad-request', `${at} is not JSON.`, 'Each line holds one object: {"id":"a","prompt":"…"}');
  }
}
