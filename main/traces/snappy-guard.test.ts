import fc from 'fast-check';
import { snappyCompress } from 'hyparquet-writer/src/snappy.js';
import { describe, expect, it } from 'vitest';
import { uncompressSnappy } from './snappy-guard';

describe('Snappy data', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 99 }), fc.nat(400), (parts, repeats) => {
        const bytes = Uint8Array.from([...parts, ...parts].flatMap((part) => [...part]).concat(Array.from({ length: repeats }, () => 7)));
        expect(uncompressSnappy(snappyCompress(bytes), bytes.length)).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['a literal of negative length, as 32-bit arithmetic has it', [4, 0xfc, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4], 'ends too early'],
    ['a copy of what is not there', [4, 0x00, 7, 0x0a, 9, 0], 'copies from where nothing is'],
    ['a copy from itself', [4, 0x00, 7, 0x0a, 0, 0], 'copies from where nothing is'],
    ['more than it says', [4, 0x00, 7, 0xfe, 1, 0], 'more than it says'],
    ['less than it says', [4, 0x00, 7], 'less than it says'],
    ['no length', [0xff, 0xff], 'ends too early'],
  ])('with %s is refused', (_, bytes, message) => {
    expect(() => uncompressSnappy(Uint8Array.from(bytes), 4)).toThrow(message);
  });

  it('of any bytes ends, with as many bytes as it says or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(200), (bytes, length) => {
        let output: Uint8Array;
        try {
          output = uncompressSnappy(bytes, length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          return;
        }
        expect(output).toHaveLength(length);
      }),
      { numRuns: 20_000 },
    );
  });
});
