export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly normalized: boolean;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
}

/** A stretch of a text: an added token, or what lies between two of them. */
export interface Section {
  readonly from: number;
  readonly to: number;
  readonly token: AddedToken | null;
}

const word = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u;
const space = /\p{White_Space}/u;

/** Finds added tokens in a text, at each place the longest. A look-up by first character and lengths: files have from none to many thousands. */
export class AddedTokens {
  private readonly tokens = new Map<string, AddedToken>();
  private readonly lengths = new Map<string, number[]>();

  constructor(tokens: Iterable<readonly [text: string, token: AddedToken]>) {
    for (const [text, token] of tokens) {
      if (text === '') continue;
      this.tokens.set(text, token);
      const first = text.charAt(0);
      const lengths = this.lengths.get(first) ?? [];
      if (!lengths.includes(text.length))
        this.lengths.set(
          first,
          [...lengths, text.length].toSorted((a, b) => b - a),
        );
    }
  }

  split(text: string): Section[] {
    const sections: Section[] = [];
    let done = 0;
    let at = 0;
    while (at < text.length) {
      const found = this.longestAt(text, at);
      if (found === null || (found.token.single_word && !standsAlone(text, at, at + found.length))) {
        at += found?.length ?? 1;
        continue;
      }
      const { token, length } = found;
      let from = at;
      let to = at + length;
      while (token.lstrip && from > done && space.test(text.charAt(from - 1))) from--;
      while (token.rstrip && to < text.length && space.test(text.charAt(to))) to++;
      if (from > done) sections.push({ from: done, to: from, token: null });
      sections.push({ from, to, token });
      done = to;
      at = to;
    }
    if (done < text.length) sections.push({ from: done, to: text.length, token: null });
    return sections;
  }

  private longestAt(text: string, at: number): { readonly token: AddedToken; readonly length: number } | null {
    const lengths = this.lengths.get(text.charAt(at));
    if (lengths === undefined) return null;
    for (const length of lengths) {
      const token = at + length <= text.length ? this.tokens.get(text.slice(at, at + length)) : undefined;
      if (token !== undefined) return { token, length };
    }
    return null;
  }
}

function standsAlone(text: string, from: number, to: number): boolean {
  const before = Array.from(text.slice(Math.max(0, from - 2), from)).at(-1) ?? '';
  const after = Array.from(text.slice(to, to + 2)).at(0) ?? '';
  return !word.test(before) && !word.test(after);
}
