import { snappyUncompress } from 'hyparquet';

/**
 * Decompresses Snappy after a walk over its elements, so that the library is given only what ends: lengths inside the input,
 * copies that reach back into what was written, and exactly `outputLength` bytes in all.
 * @throws Error saying what is impossible
 * @source https://github.com/google/snappy/blob/main/format_description.txt
 */
export function uncompressSnappy(input: Uint8Array, outputLength: number): Uint8Array<ArrayBuffer> {
  checkSnappy(input, outputLength);
  const output = new Uint8Array(outputLength);
  snappyUncompress(input, output);
  return output;
}

function checkSnappy(input: Uint8Array, outputLength: number): void {
  let at = 0;
  const number = (bytes: number): number => {
    if (at + bytes > input.length) throw new Error('its compressed data ends too early');
    let value = 0;
    for (let i = 0; i < bytes; i++) value += (input[at++] ?? 0) * 2 ** (8 * i);
    return value;
  };
  while (number(1) >= 0x80);
  let written = 0;
  while (at < input.length) {
    const tag = number(1);
    const kind = tag & 3;
    let length: number;
    if (kind === 0) {
      const short = tag >> 2;
      length = (short < 60 ? short : number(short - 59)) + 1;
      if (length > input.length - at) throw new Error('its compressed data ends too early');
      at += length;
    } else {
      length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      const offset = kind === 1 ? ((tag >> 5) << 8) + number(1) : number(kind === 2 ? 2 : 4);
      if (offset === 0 || offset > written) throw new Error('its compressed data copies from where nothing is');
    }
    written += length;
    if (written > outputLength) throw new Error('its compressed data holds more than it says');
  }
  if (written !== outputLength) throw new Error('its compressed data holds less than it says');
}
