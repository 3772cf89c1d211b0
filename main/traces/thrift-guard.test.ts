import fc from 'fast-check';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { describe, expect, it } from 'vitest';
import { checkThrift } from './thrift-guard';

/** Field 1, of a type, then these bytes. */
const field = (type: number, ...bytes: number[]): Uint8Array => Uint8Array.from([0x10 | type, ...bytes]);
const [binary, list, i64, struct] = [8, 9, 6, 12];

describe('a Thrift struct', () => {
  it('that is whole is walked to its end', () => {
    // field 1: 300 as i64; field 2: "ab"; field 3: two structs, the first with a true in it.
    const bytes = Uint8Array.from([0x16, 0xd8, 0x04, 0x18, 2, 97, 98, 0x19, 0x2c, 0x11, 0, 0, 0, 0xff]);
    expect(checkThrift(bytes)).toBe(bytes.length - 1);
  });

  it.each([
    ['a text that reaches back', field(binary, 0xff, 0xff, 0xff, 0xff, 0x0f, 0), 'a length that it cannot have'],
    ['a text past the end', field(binary, 9, 97, 0), 'a length that it cannot have'],
    ['a list longer than what is left', field(list, 0xf3, 0xff, 0xff, 0x03, 0), 'a length that it cannot have'],
    ['a number of a thousand bytes', field(i64, ...Array.from({ length: 1000 }, () => 0xff)), 'impossible length'],
    ['structs without end', new Uint8Array(1000).fill(0x10 | struct), 'nested too deeply'],
    ['no end', field(i64, 1), 'ends too early'],
    ['a type nobody knows', field(15, 0), 'unknown type 15'],
  ])('with %s is refused', (_, bytes, message) => {
    expect(() => checkThrift(bytes)).toThrow(message);
  });

  it('that is let through never keeps the parser for long', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        let end: number;
        try {
          end = checkThrift(bytes);
        } catch {
          return;
        }
        const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
        deserializeTCompactProtocol(reader);
        expect(reader.offset).toBe(end);
      }),
      { numRuns: 20_000 },
    );
  });
});
