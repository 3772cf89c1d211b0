import { MergeQueue } from './merge-queue';
import { MergeTable } from './merge-table';
import type { EncodedPiece, TokenModel } from './token-model';

export interface BytePairOptions {
  readonly ids: ReadonlyMap<string, number>;
  /** Pairs of tokens that become one, first to be applied first. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Id for a character without token, or null: then it is left out. */
  readonly unknown: number | null;
  /** Consecutive characters without token are one unknown token. */
  readonly fuseUnknown: boolean;
  /** A character without token becomes its UTF-8 bytes, tokens like `<0xE2>`. */
  readonly byteFallback: boolean;
  /** A piece that is a token as it stands is not merged from its characters. */
  readonly ignoreMerges: boolean;
}

/** Symbols of a piece before they are merged, and the units each covers. */
interface Symbols {
  readonly ids: number[];
  readonly from: number[];
  readonly to: number[];
}

const longestCached = 64;
const mostCached = 20_000;
const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

/**
 * Byte-pair encoding: a piece starts as characters, and the pair whose merge was learned first is joined until none is left.
 * Works on ids and a queue, so that a piece of n characters takes n log n steps.
 * @source arXiv 1508.07909; order and treatment of unknown characters as in Hugging Face `tokenizers`
 */
export class BytePairEncoding implements TokenModel {
  private readonly merges: MergeTable;
  private readonly cache = new Map<string, EncodedPiece>();
  private readonly encoder = new TextEncoder();

  constructor(private readonly options: BytePairOptions) {
    const { ids, merges } = options;
    this.merges = new MergeTable(merges.length);
    for (const [rank, [left, right]] of merges.entries()) {
      const [first, second, merged] = [ids.get(left), ids.get(right), ids.get(left + right)];
      if (first === undefined || second === undefined || merged === undefined) {
        throw new RangeError(`The merge of “${left}” and “${right}” does not make a token of two tokens`);
      }
      this.merges.set(first, second, rank, merged);
    }
  }

  encode(piece: string): EncodedPiece {
    const cached = this.cache.get(piece);
    if (cached !== undefined) return cached;
    const whole = this.options.ignoreMerges ? this.options.ids.get(piece) : undefined;
    const encoded = whole === undefined ? this.merge(this.symbols(piece)) : { ids: [whole], from: [0], to: [piece.length] };
    if (piece.length <= longestCached) {
      if (this.cache.size >= mostCached) this.cache.clear();
      this.cache.set(piece, encoded);
    }
    return encoded;
  }

  private symbols(piece: string): Symbols {
    const symbols: Symbols = { ids: [], from: [], to: [] };
    const push = (id: number, from: number, to: number): void => {
      symbols.ids.push(id);
      symbols.from.push(from);
      symbols.to.push(to);
    };
    const { ids, unknown, fuseUnknown } = this.options;
    let at = 0;
    let afterUnknown = false;
    for (const character of piece) {
      const end = at + character.length;
      const id = ids.get(character);
      const bytes = id === undefined ? this.bytes(character) : null;
      if (id !== undefined) push(id, at, end);
      else if (bytes !== null) for (const byte of bytes) push(byte, at, end);
      else if (unknown !== null) {
        if (fuseUnknown && afterUnknown) symbols.to[symbols.to.length - 1] = end;
        else push(unknown, at, end);
      }
      afterUnknown = id === undefined && bytes === null && unknown !== null;
      at = end;
    }
    return symbols;
  }

  /** Byte tokens of a character, or null where one of them is missing. */
  private bytes(character: string): number[] | null {
    if (!this.options.byteFallback) return null;
    const found: number[] = [];
    for (const byte of this.encoder.encode(character)) {
      const id = this.options.ids.get(byteToken(byte));
      if (id === undefined) return null;
      found.push(id);
    }
    return found;
  }

  private merge({ ids, from, to }: Symbols): EncodedPiece {
    const count = ids.length;
    const next = Int32Array.from(ids.keys(), (at) => at + 1);
    const previous = Int32Array.from(ids.keys(), (at) => at - 1);
    const { merges } = this;
    const mergeAt = (at: number): number => {
      const right = next[at] ?? count;
      return right < count ? merges.find(ids[at] ?? 0, ids[right] ?? 0) : -1;
    };
    const queue = new MergeQueue();
    const consider = (at: number): void => {
      const merge = mergeAt(at);
      if (merge >= 0) queue.push(merges.rank(merge) * count + at);
    };
    for (let at = 0; at < count - 1; at++) consider(at);
    const gone = new Uint8Array(count);
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const at = key % count;
      const merge = gone[at] === 0 ? mergeAt(at) : -1;
      // The pair may have changed since it was put in the queue.
      if (merge < 0 || merges.rank(merge) !== (key - at) / count) continue;
      const right = next[at] ?? count;
      const after = next[right] ?? count;
      ids[at] = merges.id(merge);
      to[at] = to[right] ?? 0;
      gone[right] = 1;
      next[at] = after;
      if (after < count) previous[after] = at;
      const before = previous[at] ?? -1;
      if (before >= 0) consider(before);
      consider(at);
    }
    const kept = (list: readonly number[]): number[] => list.filter((_, at) => gone[at] === 0);
    return { ids: kept(ids), from: kept(from), to: kept(to) };
  }
}
