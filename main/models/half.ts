import compiled from 'virtual:halves';

/** Bytes of a page of WebAssembly's memory; what lies in the first belongs to the module. */
const page = 65_536;
/** Floats converted at a time, a page of them. */
const together = page / 4;

interface Conversion {
  readonly memory: WebAssembly.Memory;
  readonly encode: (from: number, count: number, to: number) => void;
}

let conversion: Conversion | null = null;

/** Compiled at the first call. */
function converter(): Conversion {
  if (conversion) return conversion;
  // What it exports is what assembly/index.ts says.
  conversion = new WebAssembly.Instance(new WebAssembly.Module(compiled)).exports as unknown as Conversion;
  conversion.memory.grow(Math.max(0, 3 - conversion.memory.buffer.byteLength / page));
  return conversion;
}

/**
 * 32-bit floats as IEEE 754 binary16, two bytes each, little-endian like every machine this runs on: to nearest, ties to even. Magnitudes from
 * 65 520 up become infinite, as in PyTorch and NumPy.
 */
export function encodeHalf(values: Float32Array): Uint8Array<ArrayBuffer> {
  const encoded = new Uint8Array(2 * values.length);
  encodeHalfInto(encoded, values);
  return encoded;
}

/** The same where there is room for two bytes a value already. */
export function encodeHalfInto(encoded: Uint8Array, values: Float32Array): void {
  const { memory, encode } = converter();
  const [floats, halves] = [new Float32Array(memory.buffer, page, together), new Uint8Array(memory.buffer, 2 * page, 2 * together)];
  for (let first = 0; first < values.length; first += together) {
    const some = values.subarray(first, first + together);
    floats.set(some);
    encode(page, some.length, 2 * page);
    encoded.set(halves.subarray(0, 2 * some.length), 2 * first);
  }
}
