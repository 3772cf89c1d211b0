import { z } from 'zod';
import { InterlinearError } from '../../contract/errors';
import { AlignedBuilder, type AlignedText, prefixed } from './aligned-text';
import { byteCharacters } from './byte-level';
import { compilePattern, matches, mostSteps, patternSchema } from './pattern';

/** Cuts a text into pieces no token reaches beyond. */
export type PreTokenizer = (text: AlignedText) => readonly AlignedText[];

const behavior = z.enum(['Isolated', 'Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']);

const configSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Sequence'), pretokenizers: z.array(z.unknown()).max(mostSteps) }),
  z.object({ type: z.literal('ByteLevel'), add_prefix_space: z.boolean().default(true), use_regex: z.boolean().default(true) }),
  z.object({ type: z.literal('Digits'), individual_digits: z.boolean().default(false) }),
  z.object({ type: z.literal('Split'), pattern: patternSchema, behavior, invert: z.boolean().default(false) }),
  z.object({
    type: z.literal('Metaspace'),
    replacement: z.string().default('▁'),
    prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
    /** In files older than `prepend_scheme`. */
    add_prefix_space: z.boolean().optional(),
    split: z.boolean().default(true),
  }),
  z.object({ type: z.literal('WhitespaceSplit') }),
]);

/** Matches and what lies between them, in order. */
function parts(expression: RegExp, text: string): { from: number; to: number; match: boolean }[] {
  const found: { from: number; to: number; match: boolean }[] = [];
  let done = 0;
  for (const [from, to] of matches(expression, text)) {
    if (from > done) found.push({ from: done, to: from, match: false });
    found.push({ from, to, match: true });
    done = to;
  }
  if (text.length > done) found.push({ from: done, to: text.length, match: false });
  return found;
}

function splitting(expression: RegExp, how: z.infer<typeof behavior>, invert: boolean): PreTokenizer {
  return (aligned) => {
    const cut = parts(expression, aligned.text).map((part) => ({ ...part, match: part.match !== invert }));
    const ranges: { from: number; to: number; match: boolean }[] = [];
    for (const part of cut) {
      const last = ranges.at(-1);
      const joins =
        last !== undefined &&
        ((how === 'Contiguous' && last.match === part.match) ||
          (how === 'MergedWithPrevious' && part.match && !last.match) ||
          (how === 'MergedWithNext' && last.match && !part.match));
      if (joins) {
        last.to = part.to;
        // What has taken a match in takes no second one.
        if (how !== 'Contiguous') last.match = how === 'MergedWithPrevious';
      } else if (how !== 'Removed' || !part.match) ranges.push({ ...part });
    }
    return ranges.map(({ from, to }) => aligned.slice(from, to));
  };
}

const encoder = new TextEncoder();
const printable = /^[ -~]*$/u;

const inBytes = (text: string): string => {
  let written = '';
  for (const byte of encoder.encode(text)) written += byteCharacters[byte] ?? '';
  return written;
};

/** The text as bytes in the byte-level alphabet; each byte has the range of its whole character. */
function toBytes(aligned: AlignedText): AlignedText {
  // Nearly every word: characters that stand for themselves, and spaces.
  if (printable.test(aligned.text)) return aligned.withText(aligned.text.replaceAll(' ', byteCharacters[0x20] ?? ''));
  const builder = new AlignedBuilder();
  let at = 0;
  for (const character of aligned.text) {
    const to = at + character.length;
    builder.put(inBytes(character), aligned.start(at), aligned.end(at, to));
    at = to;
  }
  return builder.build();
}

/** GPT-2's pattern, with the spaces Rust means by `\s`. */
const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

function byteLevel(addPrefixSpace: boolean, useRegex: boolean): PreTokenizer {
  const cut = useRegex ? splitting(compilePattern({ Regex: gpt2Pattern }), 'Isolated', false) : (text: AlignedText) => [text];
  return (aligned) => cut(addPrefixSpace && !aligned.text.startsWith(' ') ? prefixed(aligned, ' ') : aligned).map(toBytes);
}

function metaspace(replacement: string, scheme: 'always' | 'first' | 'never', split: boolean): PreTokenizer {
  const cut = splitting(compilePattern({ String: replacement }), 'MergedWithNext', false);
  return (aligned) => {
    const spaced = aligned.withText(aligned.text.replaceAll(' ', replacement));
    const wanted = scheme === 'always' || (scheme === 'first' && aligned.start(0) === 0);
    const whole = wanted && !spaced.text.startsWith(replacement) ? prefixed(spaced, replacement) : spaced;
    return split ? cut(whole) : [whole];
  };
}

/** @throws InterlinearError `unsupported` */
export function createPreTokenizer(config: unknown): PreTokenizer {
  if (config === null || config === undefined) return (text) => [text];
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) throw new InterlinearError('unsupported', 'The tokenizer cuts text in a way that is not known here.');
  const { data } = parsed;
  switch (data.type) {
    case 'Sequence': {
      const steps = data.pretokenizers.map((step) => createPreTokenizer(step));
      return (text) => steps.reduce<readonly AlignedText[]>((pieces, step) => pieces.flatMap((piece) => step(piece)), [text]);
    }
    case 'ByteLevel':
      return byteLevel(data.add_prefix_space, data.use_regex);
    case 'Digits':
      return splitting(/\p{N}/gu, data.individual_digits ? 'Isolated' : 'Contiguous', false);
    case 'Split':
      return splitting(compilePattern(data.pattern), data.behavior, data.invert);
    case 'Metaspace': {
      if (data.replacement.length !== 1)
        throw new InterlinearError('unsupported', 'The tokenizer’s sign for a space is not one character.');
      const scheme = data.prepend_scheme ?? ((data.add_prefix_space ?? true) ? 'always' : 'never');
      return metaspace(data.replacement, scheme, data.split);
    }
    case 'WhitespaceSplit':
      return splitting(/\p{White_Space}/gu, 'Removed', false);
  }
}
