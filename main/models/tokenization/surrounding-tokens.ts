import { z } from 'zod';
import { InterlinearError } from '../../contract/errors';

/** Ids a tokenizer puts before and after every text. */
export interface SurroundingTokens {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Tokens, or steps that add tokens: published files have one or two. */
const mostTokens = 64;

const item = z.union([z.object({ SpecialToken: z.object({ id: z.string() }) }), z.object({ Sequence: z.object({ id: z.string() }) })]);
const pair = z.tuple([z.string(), z.number().int().min(0)]);

const configSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Sequence'), processors: z.array(z.unknown()).max(mostTokens) }),
  z.object({ type: z.literal('ByteLevel') }),
  z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(item).max(mostTokens),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(z.number().int().min(0)).max(mostTokens) })),
  }),
  z.object({ type: z.enum(['BertProcessing', 'RobertaProcessing']), sep: pair, cls: pair }),
]);

/** @throws InterlinearError `unsupported` */
export function surroundingTokens(config: unknown): SurroundingTokens {
  if (config === null || config === undefined) return { before: [], after: [] };
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) throw new InterlinearError('unsupported', 'The tokenizer adds tokens to a text in a way that is not known here.');
  const { data } = parsed;
  switch (data.type) {
    case 'ByteLevel':
      return { before: [], after: [] };
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { before: [data.cls[1]], after: [data.sep[1]] };
    case 'Sequence':
      return data.processors
        .map((processor) => surroundingTokens(processor))
        .reduce((inner, outer) => ({ before: [...outer.before, ...inner.before], after: [...inner.after, ...outer.after] }), {
          before: [],
          after: [],
        });
    case 'TemplateProcessing': {
      const before: number[] = [];
      const after: number[] = [];
      let texts = 0;
      for (const part of data.single) {
        if ('Sequence' in part) texts++;
        else (texts === 0 ? before : after).push(...(data.special_tokens[part.SpecialToken.id]?.ids ?? []));
      }
      if (texts !== 1) throw new InterlinearError('unsupported', 'The tokenizer does not write a text once.');
      return { before, after };
    }
  }
}
