import { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import { type Preset, presetSchema } from '../contract/model';
import { parseModelJson, readModelFile } from './model-file';

/**
 * The prompts offered to start from.
 * @param path of `presets.json`
 * @throws InterlinearError `bad-model`
 */
export async function readPresets(path: string): Promise<Preset[]> {
  const label = 'presets.json';
  const parsed = z.array(presetSchema).safeParse(parseModelJson(await readModelFile(path, label), label));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InterlinearError(
    'bad-model',
    `${label}: “${issue?.path.join('.') ?? ''}”: ${issue?.message ?? 'unreadable'}.`,
    'Install Interlinear again.',
  );
}
