import { AddedTokens } from './added-tokens';
import { AlignedText } from './aligned-text';
import { createNormalizer, type Normalizer } from './normalizers';
import { createPreTokenizer, type PreTokenizer } from './pre-tokenizers';
import type { TokenModel } from './token-model';
import type { TokenizerFile } from './tokenizer-file';

/** Tokens of a text; token i was made of the characters from `starts[i]` to before `ends[i]`, in UTF-16 units. */
export interface Encoding {
  readonly ids: number[];
  readonly starts: number[];
  readonly ends: number[];
}

/** Text to tokens: added tokens are looked for first, what is between them is normalised, cut, and merged. */
export class TextToTokens {
  private readonly normalizer: Normalizer;
  private readonly preTokenizer: PreTokenizer;
  /** Looked for in the text as it is. */
  private readonly verbatim: AddedTokens;
  /** Looked for in the normalised text. */
  private readonly normalized: AddedTokens;

  /** @throws InterlinearError `unsupported` */
  constructor(
    file: Pick<TokenizerFile, 'normalizer' | 'pre_tokenizer' | 'added_tokens'>,
    private readonly model: TokenModel,
  ) {
    this.normalizer = createNormalizer(file.normalizer);
    this.preTokenizer = createPreTokenizer(file.pre_tokenizer);
    const all = file.added_tokens;
    this.verbatim = new AddedTokens(all.flatMap((token) => (token.normalized ? [] : [[token.content, token] as const])));
    this.normalized = new AddedTokens(
      all.flatMap((token) => (token.normalized ? [[this.normalizer(AlignedText.of(token.content)).text, token] as const] : [])),
    );
  }

  /** @param prompt well-formed: no half of a surrogate pair alone */
  encode(prompt: string): Encoding {
    const encoding: Encoding = { ids: [], starts: [], ends: [] };
    for (const { from, to, token } of this.verbatim.split(prompt)) {
      if (token === null) this.encodeBetween(this.normalizer(AlignedText.of(prompt, from, to)), encoding);
      else push(encoding, token.id, from, to);
    }
    return encoding;
  }

  private encodeBetween(text: AlignedText, encoding: Encoding): void {
    for (const { from, to, token } of this.normalized.split(text.text)) {
      if (token !== null) {
        push(encoding, token.id, text.start(from), text.end(from, to));
        continue;
      }
      for (const piece of this.preTokenizer(text.slice(from, to))) {
        const encoded = this.model.encode(piece.text);
        encoded.ids.forEach((id, index) => {
          const first = encoded.from[index] ?? 0;
          push(encoding, id, piece.start(first), piece.end(first, encoded.to[index] ?? 0));
        });
      }
    }
  }
}

function push({ ids, starts, ends }: Encoding, id: number, start: number, end: number): void {
  ids.push(id);
  starts.push(start);
  ends.push(end);
}
