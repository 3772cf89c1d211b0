import { z } from 'zod';
import { InterlinearError } from '../../contract/errors';
import { AlignedBuilder, type AlignedText, prefixed } from './aligned-text';
import { compilePattern, longestReplacement, matches, mostSteps, patternSchema } from './pattern';

/** Changes a text before it is cut, and keeps its places. */
export type Normalizer = (text: AlignedText) => AlignedText;

const configSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Sequence'), normalizers: z.array(z.unknown()).max(mostSteps) }),
  z.object({ type: z.enum(['NFC', 'NFD', 'NFKC', 'NFKD']) }),
  z.object({ type: z.literal('Lowercase') }),
  z.object({ type: z.literal('Prepend'), prepend: z.string().max(longestReplacement) }),
  z.object({ type: z.literal('Replace'), pattern: patternSchema, content: z.string().max(longestReplacement) }),
  z.object({ type: z.literal('Strip'), strip_left: z.boolean(), strip_right: z.boolean() }),
]);

/** Replaces every match of an expression, which stands for all of what it replaces. */
function replacing(expression: RegExp, replace: (match: string) => string): Normalizer {
  return (aligned) => {
    const builder = new AlignedBuilder();
    let done = 0;
    for (const [from, to] of matches(expression, aligned.text)) {
      builder.copy(aligned, done, from);
      builder.put(replace(aligned.text.slice(from, to)), aligned.start(from), aligned.end(from, to));
      done = to;
    }
    if (done === 0) return aligned;
    builder.copy(aligned, done, aligned.text.length);
    return builder.build();
  };
}

/** A character with all that may be composed with it: combining marks, vowels and finals of Korean syllables. */
const clusters = /[\s\S](?:\p{M}|[\u{1160}-\u{11ff}]|[\u{ff9e}\u{ff9f}])*/gu;

function unicodeForm(form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Normalizer {
  const byCluster = replacing(clusters, (cluster) => cluster.normalize(form));
  return (aligned) => {
    const expected = aligned.text.normalize(form);
    if (expected === aligned.text) return aligned;
    const normalized = byCluster(aligned);
    if (normalized.text === expected) return normalized;
    const builder = new AlignedBuilder();
    builder.put(expected, aligned.start(0), aligned.end(0, aligned.text.length));
    return builder.build();
  };
}

/** @throws InterlinearError `unsupported` */
export function createNormalizer(config: unknown): Normalizer {
  if (config === null || config === undefined) return (text) => text;
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) throw new InterlinearError('unsupported', 'The tokenizer changes text in a way that is not known here.');
  const { data } = parsed;
  switch (data.type) {
    case 'Sequence': {
      const steps = data.normalizers.map((step) => createNormalizer(step));
      return (text) => steps.reduce((done, step) => step(done), text);
    }
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return unicodeForm(data.type);
    case 'Lowercase':
      // By characters: as a whole, JavaScript writes a sigma at the end of a word in another way.
      return replacing(/[\s\S]/gu, (character) => character.toLowerCase());
    case 'Prepend':
      return (text) => (text.text === '' ? text : prefixed(text, data.prepend));
    case 'Replace': {
      const { content } = data;
      return replacing(compilePattern(data.pattern), () => content);
    }
    case 'Strip': {
      const left = replacing(/^\p{White_Space}+/gu, () => '');
      const right = replacing(/(?<!\p{White_Space})\p{White_Space}+$/gu, () => '');
      return (text) => {
        const stripped = data.strip_left ? left(text) : text;
        return data.strip_right ? right(stripped) : stripped;
      };
    }
  }
}
