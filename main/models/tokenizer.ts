import { InterlinearError } from '../contract/errors';
import { createTokenModel } from './tokenization/create-token-model';
import { createDecoder, type Decoder } from './tokenization/decoders';
import { type SurroundingTokens, surroundingTokens } from './tokenization/surrounding-tokens';
import { type Encoding, TextToTokens } from './tokenization/text-to-tokens';
import { parseTokenizerFile } from './tokenization/tokenizer-file';
import type { TokenStream } from './tokenization/token-streams';

const hint = 'The model is damaged or incomplete: copy or download it again.';

export interface EncodeOptions {
  /** Put the tokens around the text that the model expects at its beginning and end. Default true; false where a chat template has. */
  readonly addSpecial?: boolean;
}

export interface DecodeOptions {
  /** Leave out special tokens. Default false. */
  readonly skipSpecial?: boolean;
}

/**
 * Text to token ids and back, by a checkpoint's `tokenizer.json`, as Hugging Face `tokenizers` does it, and with the place of each
 * token in the text. Of the JavaScript library only the translation of expressions is used: docs/decisions.md says why.
 */
export class ModelTokenizer {
  private readonly tokens: readonly (string | undefined)[];
  private readonly ids: ReadonlyMap<string, number>;
  private readonly added: ReadonlySet<number>;
  private readonly specials: ReadonlySet<number>;
  private readonly encoder: TextToTokens;
  private readonly decoder: Decoder;
  private readonly around: SurroundingTokens;
  private texts: readonly string[] | null = null;

  /**
   * @param value contents of a `tokenizer.json`
   * @param vocabularySize rows of the model's embedding table; a token beyond it has no meaning to the model
   * @throws InterlinearError `bad-model` or `unsupported`
   */
  constructor(value: unknown, vocabularySize: number) {
    const file = parseTokenizerFile(value, hint);
    // A token both in the vocabulary and added has the vocabulary's id.
    const added = file.added_tokens.map((token) => ({ ...token, id: file.model.vocab.get(token.content) ?? token.id }));
    const ids = new Map([...file.model.vocab, ...added.map((token) => [token.content, token.id] as const)]);
    const tokens = Array.from<string | undefined>({ length: vocabularySize });
    const check = (token: number, text: string): void => {
      if (token < vocabularySize) return;
      const message = `tokenizer.json gives “${text}” the id ${token}, the model has ${vocabularySize} tokens.`;
      throw new InterlinearError('bad-model', message, hint);
    };
    for (const [text, token] of ids) {
      check(token, text);
      tokens[token] = text;
    }
    this.ids = ids;
    this.tokens = tokens;
    this.added = new Set(added.map((token) => token.id));
    this.specials = new Set(added.flatMap((token) => (token.special ? [token.id] : [])));
    try {
      this.around = surroundingTokens(file.post_processor);
      this.encoder = new TextToTokens({ ...file, added_tokens: added }, createTokenModel(file, hint));
      this.decoder = createDecoder(file.decoder);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // Steps in steps in steps, until the stack ends.
      throw new InterlinearError('bad-model', 'tokenizer.json is nested too deeply.', hint, { cause: error });
    }
    for (const token of [...this.around.before, ...this.around.after]) check(token, 'a marker');
  }

  /** Ids of a text; half a surrogate pair is read as �. */
  encode(text: string, options: EncodeOptions = {}): readonly number[] {
    return this.encodeWithPlaces(text, options).ids;
  }

  /** Ids with the characters each was made of. Tokens put around a text have an empty range at its start or end. */
  encodeWithPlaces(text: string, { addSpecial = true }: EncodeOptions = {}): Encoding {
    const { ids, starts, ends } = this.encoder.encode(text.replaceAll(/\p{Surrogate}/gu, '\u{fffd}'));
    const { before, after } = addSpecial ? this.around : { before: [], after: [] };
    const places = (place: number, list: readonly number[]): number[] => list.map(() => place);
    return {
      ids: [...before, ...ids, ...after],
      starts: [...places(0, before), ...starts, ...places(text.length, after)],
      ends: [...places(0, before), ...ends, ...places(text.length, after)],
    };
  }

  /** Text of a sequence of ids; ids no token has are left out. */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const stream = this.decoder.stream();
    let text = '';
    for (const id of ids) {
      const token = this.tokenToDecode(id, options);
      if (token !== null) text += stream.push(token).join('');
    }
    return text + stream.end().join('');
  }

  /** For text that is shown while it is made: see `StreamingDecoder`. */
  decodingStream(): TokenStream {
    return this.decoder.stream();
  }

  /** The token as the vocabulary writes it, or null where it has no part in decoded text. */
  tokenToDecode(id: number, { skipSpecial = false }: DecodeOptions = {}): string | null {
    return skipSpecial && this.specials.has(id) ? null : (this.tokens[id] ?? null);
  }

  /** A token for people: spaces as spaces, bytes that are no whole characters as `<0xE2>`, special tokens as they are written. */
  text(tokenId: number): string {
    const token = this.tokens[tokenId];
    if (token === undefined) return '';
    return this.added.has(tokenId) ? token : this.decoder.display(token);
  }

  /** Every token for people, by id; empty where the model has a row and the tokenizer no token. */
  get vocabulary(): readonly string[] {
    this.texts ??= this.tokens.map((_, id) => this.text(id));
    return this.texts;
  }

  /** Id of a token by its exact text in the vocabulary, or null. */
  find(text: string): number | null {
    return this.ids.get(text) ?? null;
  }

  isSpecial(tokenId: number): boolean {
    return this.specials.has(tokenId);
  }
}
