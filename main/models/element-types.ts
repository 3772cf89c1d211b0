/** Element types a safetensors file may name, with the bytes one element takes. */
export const elementBytes = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;

export type ElementType = keyof typeof elementBytes;

export function isElementType(name: string): name is ElementType {
  return Object.hasOwn(elementBytes, name);
}

/** One IEEE 754 binary16 number from its bits: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The value of each of the 65 536 halves, made when first needed: taps are read by the hundred, and powers of two take their time. */
let halves: Float32Array | undefined;

/** What each 16-bit pattern is as a half-precision number: a table of 65 536. */
export function halfValues(): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => halfToNumber(bits));
  return halves;
}

/**
 * Little-endian elements as 32-bit floats, always a copy: the result may be kept and transferred.
 * @throws RangeError for a type that is not a float of at most 32 bits.
 */
export function toFloat32(type: ElementType, bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.byteLength / elementBytes[type];
  if (type === 'F32') {
    const values = new Float32Array(length);
    new Uint8Array(values.buffer).set(bytes);
    return values;
  }
  if (type === 'F16') {
    const table = halfValues();
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = table[view.getUint16(2 * i, true)] ?? NaN;
    return values;
  }
  if (type === 'BF16') {
    const widened = new Uint32Array(length);
    for (let i = 0; i < length; i++) widened[i] = view.getUint16(2 * i, true) << 16;
    return new Float32Array(widened.buffer);
  }
  throw new RangeError(`Elements of type ${type} are not floats of at most 32 bits`);
}
