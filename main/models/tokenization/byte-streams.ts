import { bytesOfToken } from './byte-level';
import type { TokenStream } from './token-streams';

/** Byte-level tokens: their bytes are one text in UTF-8, wherever the tokens end. Bytes that are no character become �. */
export class Utf8 implements TokenStream {
  // A mark of byte order at the start is text like any other.
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  push(token: string): readonly string[] {
    return [this.decoder.decode(bytesOfToken(token), { stream: true })];
  }

  end(): readonly string[] {
    return [this.decoder.decode()];
  }
}

const whole = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeWhole(bytes: Uint8Array): string | null {
  try {
    return whole.decode(bytes);
  } catch {
    return null;
  }
}

const hexadecimal = /^<0x([0-9a-fA-F]{2})>$/;

/**
 * Tokens like `<0xE2>` among others. A run of them is one text in UTF-8, or, if any of it is not, as many � as bytes: so nothing
 * of a run is certain before it ends.
 */
export class ByteRuns implements TokenStream {
  private run: number[] = [];

  static byteOf(token: string): number | null {
    const digits = hexadecimal.exec(token)?.[1];
    return digits === undefined ? null : Number.parseInt(digits, 16);
  }

  push(token: string): readonly string[] {
    const byte = ByteRuns.byteOf(token);
    if (byte === null) return [...this.end(), token];
    this.run.push(byte);
    return [];
  }

  end(): readonly string[] {
    if (this.run.length === 0) return [];
    const bytes = Uint8Array.from(this.run);
    this.run = [];
    return [decodeWhole(bytes) ?? '�'.repeat(bytes.length)];
  }
}

const sizeOf = (byte: number): number => (byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0);

/** Bytes as text; what is part of a character only, or none, as `<0xE2>`. */
export function displayBytes(bytes: Uint8Array): string {
  const easy = decodeWhole(bytes);
  if (easy !== null) return easy;
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    const size = Math.max(1, sizeOf(byte));
    const character = decodeWhole(bytes.subarray(at, at + size));
    text += character ?? `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    at += character === null ? 1 : size;
  }
  return text;
}
