import type { ByteCursor } from './byte-cursor';
import { badGguf } from './gguf-fault';

/** Control characters, and those that turn the direction of text: neither belongs in a name, and names are shown. */
const unwanted = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

/**
 * A key of the metadata or the name of a tensor: text with its 64-bit length in front.
 * @param maximumBytes the longest that is believed
 * @throws InterlinearError for one that is empty, too long, not text, or holds control characters
 */
export async function readName(cursor: ByteCursor, what: string, maximumBytes: number): Promise<string> {
  await cursor.need(8, what);
  const { position } = cursor;
  const length = cursor.uint64(`the length of ${what}`);
  if (length === 0 || length > maximumBytes)
    throw badGguf(`Byte ${position}: ${what} has ${length} bytes instead of 1 to ${maximumBytes}.`);
  await cursor.need(length, what);
  const name = cursor.text(length, what);
  if (unwanted.test(name)) throw badGguf(`Byte ${position}: ${what} holds control characters.`);
  return name;
}
