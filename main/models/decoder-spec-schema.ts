import { z } from 'zod';
import { activations, type DecoderSpec } from '../graph/decoder-spec';

const size = z.number().int().min(1).max(100_000_000);
const positive = z.number().positive();

/** A decoder's specification as it is stored with an imported model. */
export const decoderSpecSchema: z.ZodType<DecoderSpec> = z.strictObject({
  layers: size.max(1000),
  width: size,
  heads: size,
  keyValueHeads: size,
  headWidth: size,
  innerWidth: size,
  vocabulary: size,
  normalization: z.strictObject({ kind: z.enum(['rms', 'layer']), epsilon: positive }),
  positions: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('rotary'),
      theta: positive,
      frequencyFactors: z.array(positive).exactOptional(),
      magnitude: positive.exactOptional(),
    }),
    z.strictObject({ kind: z.literal('learned'), count: size }),
  ]),
  activation: z.enum(activations),
  gatedFeedForward: z.boolean(),
  feedForwardBiases: z.boolean(),
  attentionBiases: z.strictObject({ queryKeyValue: z.boolean(), output: z.boolean() }),
  queryKeyNormalization: z.boolean(),
  tiedUnembedding: z.boolean(),
});
