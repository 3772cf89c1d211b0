import { z } from 'zod';
import { InterlinearError } from '../../contract/errors';
import type { ArchitectureEntry, ModelArchitecture } from './architecture';
import { parseConfig } from './config-schema';
import { GgufDescription, type GgufFileParts } from './gguf-description';
import { gpt2 } from './gpt2';
import { llama, mistral, qwen2, qwen3 } from './llama-family';
import type { Place } from './problems';

/** Every architecture that can be run. To add one, add its entry. */
export const architectures: readonly ArchitectureEntry[] = [llama, mistral, qwen2, qwen3, gpt2];

/** Members of every `config.json` there is. */
const commonSchema = z.object({
  model_type: z.string(),
  quantization_config: z.object({ quant_method: z.string().default('another program') }).nullish(),
});

function entryNamed(place: Place, name: string): ArchitectureEntry {
  const entry = architectures.find((candidate) => candidate.name === name);
  if (entry) return entry;
  throw new InterlinearError(
    'unsupported',
    `${place}: the model family “${name}” is not supported.`,
    `Models of the families ${architectures.map((known) => known.name).join(', ')} can be run.`,
  );
}

/**
 * Reads a `config.json` as transformers writes it.
 * @throws InterlinearError `bad-model` when it is damaged or contradicts itself, `unsupported` for a model of another kind
 */
export function readArchitecture(config: unknown): ModelArchitecture {
  const { model_type: name, quantization_config: quantization } = parseConfig(commonSchema, config);
  const entry = entryNamed('config.json', name);
  if (quantization) {
    throw new InterlinearError(
      'unsupported',
      `config.json: weights quantised by “${quantization.quant_method}” cannot be read.`,
      'Choose the model with weights in F32, F16 or BF16, or a GGUF file of it.',
    );
  }
  return { architecture: entry.name, ...entry.fromConfig(config), names: entry.configNames };
}

/**
 * Reads how a GGUF file describes its model: its metadata, sizes of its tensors, and the few that are part of the description.
 * @throws InterlinearError `bad-model` when it is damaged or contradicts itself, `unsupported` for a model of another kind
 */
export async function readGgufArchitecture(file: GgufFileParts): Promise<ModelArchitecture> {
  const name = z.string().catch('').parse(file.metadata.get('general.architecture'));
  const entry = entryNamed('GGUF metadata', name);
  const description = await entry.fromGguf(new GgufDescription(entry.name, file));
  return { architecture: entry.name, ...description, names: entry.ggufNames };
}
