import fc from 'fast-check';

/** One way to spoil a file. Places are fractions of its length, so that any of them fits after any other. */
export type Mutation =
  | { readonly kind: 'set'; readonly at: number; readonly byte: number }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'digit'; readonly at: number; readonly digit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'splice'; readonly from: number; readonly length: number; readonly at: number; readonly over: number }
  | { readonly kind: 'number'; readonly place: number; readonly value: bigint; readonly wide: boolean };

/** Anywhere alike: fast-check prefers small numbers, and a file spoilt at its first bytes is not looked at further. */
const fraction = fc.noBias(fc.nat(999_999)).map((millionths) => millionths / 1e6);

/** Numbers at which readers go wrong: limits of types, and those just past what the file has. */
function telling(size: number): fc.Arbitrary<bigint> {
  const limits = [7n, 8n, 15n, 16n, 31n, 32n, 40n, 52n, 53n, 62n, 63n, 64n].flatMap((bits) => [2n ** bits - 1n, 2n ** bits]);
  const near = [size - 1, size, size + 1, size * 8].map(BigInt);
  return fc.oneof(fc.constantFrom(...limits, ...near), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 300n }));
}

/** One to three mutations of a file of `size` bytes in which lengths and counts stand at `places`. */
export function mutations(size: number, places: readonly number[]): fc.Arbitrary<readonly Mutation[]> {
  const one = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('set' as const), at: fraction, byte: fc.nat(255) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('flip' as const), at: fraction, bit: fc.nat(7) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('digit' as const), at: fraction, digit: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fraction }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('splice' as const), from: fraction, length: fc.nat(64), at: fraction, over: fc.nat(64) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('number' as const),
        place: fc.noBias(fc.constantFrom(...places)),
        value: telling(size),
        wide: fc.boolean(),
      }),
    },
  );
  return fc.array(one, { minLength: 1, maxLength: 3 });
}

function mutate(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  const placeOf = (at: number): number => Math.floor(at * bytes.length);
  switch (mutation.kind) {
    case 'cut':
      return bytes.slice(0, placeOf(mutation.at));
    case 'splice': {
      const from = placeOf(mutation.from);
      const at = placeOf(mutation.at);
      const piece = bytes.subarray(from, from + mutation.length);
      return new Uint8Array(Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + mutation.over)]));
    }
    case 'number': {
      const size = mutation.wide ? 8 : 4;
      if (mutation.place + size > bytes.length) return bytes;
      const changed = bytes.slice();
      const view = new DataView(changed.buffer);
      if (mutation.wide) view.setBigUint64(mutation.place, BigInt.asUintN(64, mutation.value), true);
      else view.setUint32(mutation.place, Number(BigInt.asUintN(32, mutation.value)), true);
      return changed;
    }
    case 'digit': {
      // Text stays what it is but for its numbers.
      const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
      const places = Array.from(bytes.keys()).filter((at) => isDigit(bytes[at] ?? 0));
      const changed = bytes.slice();
      const at = places[Math.floor(mutation.at * places.length)];
      if (at !== undefined) changed[at] = 0x30 + mutation.digit;
      return changed;
    }
    case 'set':
    case 'flip': {
      const changed = bytes.slice();
      const at = placeOf(mutation.at);
      if (at < changed.length) changed[at] = mutation.kind === 'set' ? mutation.byte : (changed[at] ?? 0) ^ (1 << mutation.bit);
      return changed;
    }
    default:
      return mutation satisfies never;
  }
}

/** The file after all of them in turn. */
export function applyMutations(bytes: Uint8Array, list: readonly Mutation[]): Uint8Array {
  return list.reduce(mutate, bytes);
}
