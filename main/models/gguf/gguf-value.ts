/** Elements of an array in the metadata of a GGUF file. Arrays of numbers keep the width the file gives them. */
export type GgufArray =
  | readonly string[]
  | readonly boolean[]
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array
  | readonly GgufArray[];

/** A value in the metadata of a GGUF file. A 64-bit integer is a number where numbers are exact, else a bigint. */
export type GgufValue = number | bigint | boolean | string | GgufArray;
