import type { DecodeOptions, ModelTokenizer } from './tokenizer';

/**
 * Text of tokens as they come. What it has given never changes and never ends in half a character; in sum it is what `decode` gives
 * for all tokens together. Use one for each text.
 */
export class StreamingDecoder {
  private readonly stream;

  constructor(
    private readonly tokenizer: ModelTokenizer,
    private readonly options: DecodeOptions = {},
  ) {
    this.stream = tokenizer.decodingStream();
  }

  /** Text that is certain with this token; empty while a character is incomplete. */
  push(id: number): string {
    const token = this.tokenizer.tokenToDecode(id, this.options);
    return token === null ? '' : this.stream.push(token).join('');
  }

  /** What is left after the last token: bytes that never became a character, as �. */
  end(): string {
    return this.stream.end().join('');
  }
}
