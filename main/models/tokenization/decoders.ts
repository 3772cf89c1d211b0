import { z } from 'zod';
import { InterlinearError } from '../../contract/errors';
import { bytesOfToken } from './byte-level';
import { ByteRuns, displayBytes, Utf8 } from './byte-streams';
import { compilePattern, longestReplacement, mostSteps, patternSchema } from './pattern';
import { Joined, Mapped, PrefixStripped, Spaced, type TokenStream } from './token-streams';

/** Tokens back to text. */
export interface Decoder {
  /** A fresh stream: tokens in, text out. */
  stream(): TokenStream;
  /** One token for people: spaces as spaces, bytes that are no whole characters as `<0xE2>`. */
  display(token: string): string;
}

const configSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Sequence'), decoders: z.array(z.unknown()).max(mostSteps) }),
  z.object({ type: z.literal('ByteLevel') }),
  z.object({ type: z.literal('Replace'), pattern: patternSchema, content: z.string().max(longestReplacement) }),
  z.object({ type: z.literal('ByteFallback') }),
  z.object({ type: z.literal('Fuse') }),
  // Spaces to be taken from the end would have to be held back for ever; no model needs it.
  z.object({ type: z.literal('Strip'), content: z.string().length(1), start: z.number().int().min(0), stop: z.literal(0) }),
  z.object({
    type: z.literal('Metaspace'),
    replacement: z.string().default('▁'),
    prepend_scheme: z.enum(['always', 'first', 'never']).optional(),
    add_prefix_space: z.boolean().optional(),
  }),
  z.object({ type: z.literal('WordPiece'), prefix: z.string().min(1), cleanup: z.literal(false) }),
]);

const same = (token: string): string => token;

/** One part of a decoder. `fused`: whether tokens have been put together before it, so that only the text as a whole has a beginning. */
function createSteps(config: unknown, fused: boolean): { decoder: Decoder; fused: boolean } {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) throw new InterlinearError('unsupported', 'The tokenizer turns tokens into text in a way that is not known here.');
  const { data } = parsed;
  const plain = (stream: () => TokenStream, display: (token: string) => string = same) => ({ decoder: { stream, display }, fused });
  switch (data.type) {
    case 'Sequence': {
      const decoders: Decoder[] = [];
      let joined = fused;
      for (const step of data.decoders) {
        const created = createSteps(step, joined);
        decoders.push(created.decoder);
        joined = created.fused;
      }
      const stream = () => new Joined(decoders.map((decoder) => decoder.stream()));
      const display = (token: string) => decoders.reduce((text, decoder) => decoder.display(text), token);
      return { decoder: { stream, display }, fused: joined };
    }
    case 'ByteLevel':
      return {
        ...plain(
          () => new Utf8(),
          (token) => displayBytes(bytesOfToken(token)),
        ),
        fused: true,
      };
    case 'Replace': {
      const pattern = compilePattern(data.pattern);
      const replace = (token: string) => token.replaceAll(pattern, () => data.content);
      return plain(() => new Mapped(replace), replace);
    }
    case 'ByteFallback':
      return plain(
        () => new ByteRuns(),
        (token) => {
          const byte = ByteRuns.byteOf(token);
          return byte === null || byte >= 0x80 ? token : String.fromCharCode(byte);
        },
      );
    case 'Fuse':
      return { ...plain(() => new Mapped(same)), fused: true };
    case 'Strip':
      return plain(() => new PrefixStripped(data.content, data.start, fused));
    case 'Metaspace': {
      const scheme = data.prepend_scheme ?? ((data.add_prefix_space ?? true) ? 'always' : 'never');
      const replace = (with_: string) => (token: string) => token.replaceAll(data.replacement, with_);
      return plain(() => new Mapped(replace(' '), scheme === 'never' ? replace(' ') : replace('')), replace(' '));
    }
    case 'WordPiece':
      return plain(() => new Mapped((token) => (token.startsWith(data.prefix) ? token.slice(data.prefix.length) : ` ${token}`), same));
  }
}

/** @throws InterlinearError `unsupported` */
export function createDecoder(config: unknown): Decoder {
  if (config === null || config === undefined) return { stream: () => new Spaced(), display: same };
  return createSteps(config, false).decoder;
}
