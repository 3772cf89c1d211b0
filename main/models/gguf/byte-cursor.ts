import type { FileHandle } from 'node:fs/promises';
import { readExactly } from '../random-access';
import { badGguf, ggufFault } from './gguf-fault';

const chunkBytes = 1 << 20;
const twoTo32 = 2 ** 32;
/** The upper half of the largest exact integer, 2⁵³ - 1. */
const largestUpperHalf = 2 ** 21 - 1;

/** Tokens may begin with a byte order mark: it belongs to them. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Walks through the front of a file a chunk at a time. `need` waits until so many bytes are in memory; what takes them then does
 * not wait, so that a vocabulary of 250 000 strings costs a few reads and no promise per string.
 */
export class ByteCursor {
  private bytes = new Uint8Array(0);
  private view = new DataView(this.bytes.buffer);
  /** Offset in the file of the first byte in memory. */
  private start = 0;
  private at = 0;

  /**
   * @param size bytes of the file
   * @param limit the most of them that may be walked through
   */
  constructor(
    private readonly handle: FileHandle,
    private readonly size: number,
    private readonly limit: number,
  ) {}

  /** Offset in the file of the next byte. */
  get position(): number {
    return this.start + this.at;
  }

  /** Bytes that can be taken without waiting. */
  get buffered(): number {
    return this.bytes.length - this.at;
  }

  /**
   * Checks that `count` entries of at least `bytes` each can follow, before anything is made for them.
   * @param what names them in the message: a plural
   */
  expect(count: number, bytes: number, what: string): void {
    const left = this.size - this.position;
    if (count * bytes > left) {
      throw badGguf(`Byte ${this.position}: ${count} ${what} need at least ${count * bytes} bytes, the file has ${left} left.`);
    }
    if (this.position + count * bytes > this.limit) throw badGguf(`Byte ${this.position}: the header is longer than ${this.limit} bytes.`);
  }

  /** Waits until the next `count` bytes are in memory. @throws InterlinearError when the file ends before them */
  async need(count: number, what: string): Promise<void> {
    if (this.buffered >= count) return;
    if (count > this.size - this.position) {
      throw badGguf(`Byte ${this.position}: ${what} needs ${count} bytes, the file has ${this.size - this.position} left.`);
    }
    if (this.position + count > this.limit) throw badGguf(`Byte ${this.position}: the header is longer than ${this.limit} bytes.`);
    const rest = this.bytes.subarray(this.at);
    const length = Math.min(Math.max(count, chunkBytes), this.size - this.position);
    const fresh = await readExactly(this.handle, this.position + rest.length, length - rest.length, ggufFault);
    const position = this.position;
    const next = new Uint8Array(length);
    next.set(rest);
    next.set(fresh, rest.length);
    this.bytes = next;
    this.view = new DataView(next.buffer);
    this.start = position;
    this.at = 0;
  }

  /** The next `count` bytes as a copy that may be kept. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(this.at, this.at + count);
    this.at += count;
    return taken;
  }

  uint32(): number {
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  /** A 64-bit length, count, size or offset. @throws InterlinearError when it is past exact integers: no file is as long */
  uint64(what: string): number {
    const upper = this.view.getUint32(this.at + 4, true);
    if (upper > largestUpperHalf) throw badGguf(`Byte ${this.position}: ${what} is ${this.view.getBigUint64(this.at, true)}.`);
    const value = upper * twoTo32 + this.view.getUint32(this.at, true);
    this.at += 8;
    return value;
  }

  /** The next `count` bytes as text. @throws InterlinearError when they are not UTF-8 */
  text(count: number, what: string): string {
    try {
      const text = utf8.decode(this.bytes.subarray(this.at, this.at + count));
      this.at += count;
      return text;
    } catch {
      throw badGguf(`Byte ${this.position}: ${what} is not text in UTF-8.`);
    }
  }
}
