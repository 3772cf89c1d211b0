/** Rounds to IEEE 754 binary16, to nearest, ties to even. Magnitudes from 65 520 up become infinite, as in PyTorch and NumPy. */
function halfBits(value: number, bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00;
  // 65 520, half way between the largest half and the next power of two.
  if (magnitude >= 0x477f_f000) return sign | 0x7c00;
  // Below 2^-14 a half counts in steps of 2^-24.
  if (magnitude < 0x3880_0000) return sign | roundToEven(Math.abs(value) * 2 ** 24);
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x3800_0000 + 0xfff + odd) >>> 13);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** 32-bit floats as halves, two bytes each, little-endian like every machine this runs on. */
export function encodeHalf(values: Float32Array): Uint8Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) halves[i] = halfBits(values[i] ?? 0, bits[i] ?? 0);
  return new Uint8Array(halves.buffer);
}
