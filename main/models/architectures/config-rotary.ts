import { z } from 'zod';
import type { RotarySpec } from '../../graph/decoder-spec';
import { type Place, notSupported, unreadable } from './problems';
import { frequencyFactors, type RotaryScaling, yarnMagnitude } from './rotary-scaling';

const place: Place = 'config.json';
const positive = z.number().positive();

/** `rope_parameters` of today's configurations, `rope_scaling` of older ones. */
const scalingSchema = z.object({
  rope_type: z.string().nullish(),
  type: z.string().nullish(),
  rope_theta: positive.nullish(),
  factor: positive.nullish(),
  original_max_position_embeddings: positive.nullish(),
  low_freq_factor: positive.nullish(),
  high_freq_factor: positive.nullish(),
  beta_fast: positive.nullish(),
  beta_slow: positive.nullish(),
  attention_factor: positive.nullish(),
  mscale: positive.nullish(),
  mscale_all_dim: positive.nullish(),
  truncate: z.boolean().nullish(),
  partial_rotary_factor: z.number().nullish(),
});
type Scaling = z.infer<typeof scalingSchema>;

/** Members of a `config.json` that say how positions are turned. */
export const rotaryMembers = {
  rope_theta: positive.nullish(),
  rope_scaling: scalingSchema.nullish(),
  rope_parameters: scalingSchema.nullish(),
  partial_rotary_factor: z.number().nullish(),
  max_position_embeddings: z.number().int().min(1).max(1e9).nullish(),
};
type RotaryConfig = z.infer<z.ZodObject<typeof rotaryMembers>>;

function needed(scaling: Scaling, member: 'factor' | 'low_freq_factor' | 'high_freq_factor' | 'original_max_position_embeddings'): number {
  const value = scaling[member];
  if (value != null) return value;
  throw unreadable(place, `rotary embeddings lack “${member}”.`, 'Take the configuration from where the model came from.');
}

function llama3Scaling(scaling: Scaling): RotaryScaling {
  const low = needed(scaling, 'low_freq_factor');
  const high = needed(scaling, 'high_freq_factor');
  if (high <= low) {
    throw unreadable(
      place,
      `“high_freq_factor” ${high} must be above “low_freq_factor” ${low}.`,
      'Take the configuration from where the model came from.',
    );
  }
  return {
    kind: 'llama3',
    factor: needed(scaling, 'factor'),
    low,
    high,
    originalPositions: needed(scaling, 'original_max_position_embeddings'),
  };
}

/** YaRN's scaling and magnitude, with the defaults of transformers. */
function yarnScaling(scaling: Scaling, maximum: number | null | undefined): { scaling: RotaryScaling; magnitude: number } {
  const originalPositions = scaling.original_max_position_embeddings ?? maximum ?? needed(scaling, 'original_max_position_embeddings');
  const factor = scaling.factor ?? (maximum ?? originalPositions) / originalPositions;
  const { mscale, mscale_all_dim: everywhere } = scaling;
  const inferred =
    mscale != null && everywhere != null ? yarnMagnitude(factor, mscale) / yarnMagnitude(factor, everywhere) : yarnMagnitude(factor);
  return {
    scaling: {
      kind: 'yarn',
      factor,
      originalPositions,
      fast: scaling.beta_fast ?? 32,
      slow: scaling.beta_slow ?? 1,
      wholePairs: scaling.truncate ?? true,
    },
    magnitude: scaling.attention_factor ?? inferred,
  };
}

/**
 * Rotary embeddings of a configuration.
 * @throws InterlinearError `unsupported` for a kind that cannot be run, `bad-model` for one without its parameters
 */
export function rotaryFromConfig(config: RotaryConfig, headWidth: number): RotarySpec {
  const given: Scaling = config.rope_parameters ?? config.rope_scaling ?? {};
  const theta = given.rope_theta ?? config.rope_theta ?? 10_000;
  const turned = given.partial_rotary_factor ?? config.partial_rotary_factor ?? 1;
  if (turned !== 1) throw notSupported(place, 'rotary embeddings of a part of each head are not supported.');
  const kind = given.rope_type ?? given.type ?? 'default';
  const spec = (scaling: RotaryScaling, magnitude = 1): RotarySpec => {
    const factors = frequencyFactors(scaling, theta, headWidth);
    return { kind: 'rotary', theta, ...(factors && { frequencyFactors: factors }), ...(magnitude !== 1 && { magnitude }) };
  };
  switch (kind) {
    case 'default':
      return spec({ kind: 'none' });
    case 'linear':
      return spec({ kind: 'linear', factor: needed(given, 'factor') });
    case 'llama3':
      return spec(llama3Scaling(given));
    case 'yarn': {
      const { scaling, magnitude } = yarnScaling(given, config.max_position_embeddings);
      return spec(scaling, magnitude);
    }
    default:
      throw notSupported(place, `rotary embeddings of type “${kind}” are not supported.`);
  }
}
