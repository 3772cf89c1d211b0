/** Tokens of one piece; token i covers the UTF-16 units of the piece from `from[i]` to before `to[i]`. */
export interface EncodedPiece {
  readonly ids: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** Turns a piece of text into tokens. */
export interface TokenModel {
  encode(piece: string): EncodedPiece;
}

/** A word is a token or unknown. */
export class WordLevel implements TokenModel {
  constructor(
    private readonly ids: ReadonlyMap<string, number>,
    private readonly unknown: number | null,
  ) {}

  encode(piece: string): EncodedPiece {
    const id = this.ids.get(piece) ?? this.unknown;
    return id === null ? { ids: [], from: [], to: [] } : { ids: [id], from: [0], to: [piece.length] };
  }
}
