import { crc32 } from 'node:zlib';

/** Bytes of a record before its payload: length, type and checksum. */
export const recordHeadBytes = 12;

/** The checksum a record must carry. @param start its length and type, 8 bytes */
export function recordChecksum(start: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, crc32(start.subarray(0, 8)));
}

/** Records one after the other, as they are to be appended to a journal. Its memory is used again after `clear`. */
export class RecordBatch {
  #memory = new Uint8Array(0);
  #length = 0;

  /** What has been added, until the next record is or all are cleared. */
  get bytes(): Uint8Array {
    return this.#memory.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /**
   * @param fill writes the payload, every byte of it
   * @returns where the payload begins in `bytes`
   */
  add(type: number, payloadBytes: number, fill: (payload: Uint8Array) => void): number {
    const start = this.#length;
    const place = start + recordHeadBytes;
    const end = place + payloadBytes;
    this.#reserve(end);
    const record = this.#memory.subarray(start, end);
    const payload = record.subarray(recordHeadBytes);
    fill(payload);
    const head = new DataView(record.buffer, record.byteOffset);
    head.setUint32(0, payloadBytes, true);
    head.setUint32(4, type, true);
    head.setUint32(8, recordChecksum(record, payload), true);
    this.#length = end;
    return place;
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#memory.length) return;
    const memory = new Uint8Array(2 ** Math.ceil(Math.log2(bytes)));
    memory.set(this.bytes);
    this.#memory = memory;
  }
}
