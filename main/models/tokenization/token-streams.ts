/** Takes tokens one by one and gives text as soon as it cannot change any more. A stream is used for one text. */
export interface TokenStream {
  /** Text that is certain now: some strings, which the next stream takes as its tokens. */
  push(token: string): readonly string[];
  /** What was still held back. */
  end(): readonly string[];
}

/** Each token by itself, the first perhaps otherwise. */
export class Mapped implements TokenStream {
  private isFirst = true;

  constructor(
    private readonly map: (token: string) => string,
    private readonly first: (token: string) => string = map,
  ) {}

  push(token: string): readonly string[] {
    const map = this.isFirst ? this.first : this.map;
    this.isFirst = false;
    return [map(token)];
  }

  end(): readonly string[] {
    return [];
  }
}

/** Words with a space between them: what tokens without decoder become. */
export class Spaced extends Mapped {
  constructor() {
    super(
      (token) => ` ${token}`,
      (token) => token,
    );
  }
}

/** Several streams, each fed by the one before. */
export class Joined implements TokenStream {
  constructor(private readonly streams: readonly TokenStream[]) {}

  push(token: string): readonly string[] {
    return this.feed([token], 0);
  }

  end(): readonly string[] {
    return this.streams.flatMap((stream, index) => this.feed(stream.end(), index + 1));
  }

  private feed(tokens: readonly string[], from: number): readonly string[] {
    return this.streams.slice(from).reduce((given, stream) => given.flatMap((token) => stream.push(token)), tokens);
  }
}

/** Takes up to `count` characters from the start of every token, or of the whole text where tokens were put together before. */
export class PrefixStripped implements TokenStream {
  private left: number;

  constructor(
    private readonly character: string,
    private readonly count: number,
    private readonly whole: boolean,
  ) {
    this.left = count;
  }

  push(token: string): readonly string[] {
    if (!this.whole) this.left = this.count;
    let start = 0;
    while (start < this.left && token[start] === this.character) start++;
    this.left = start === token.length ? this.left - start : 0;
    return [token.slice(start)];
  }

  end(): readonly string[] {
    return [];
  }
}
