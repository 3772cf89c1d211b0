/** Bytes that stand for themselves in the alphabet of byte-level vocabularies; the others take the characters from U+0100 on. */
const printable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/**
 * Character for each byte, as GPT-2 chose them: a vocabulary of bytes can then be written as text without spaces or controls.
 * @source openai/gpt-2, `bytes_to_unicode`
 */
export const byteCharacters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const bytes: ReadonlyMap<string, number> = new Map(byteCharacters.map((character, byte) => [character, byte]));

const encoder = new TextEncoder();

/** Bytes a byte-level token stands for. A token with a character outside the alphabet (an added one) stands for its own text. */
export function bytesOfToken(token: string): Uint8Array {
  const found = new Uint8Array(token.length);
  for (let at = 0; at < token.length; at++) {
    const byte = bytes.get(token.charAt(at));
    if (byte === undefined) return encoder.encode(token);
    found[at] = byte;
  }
  return found;
}
