import type { StorageType } from '../../checkpoint';
import { storageBlocks } from '../../quantization/storage-blocks';
import { readableTypes } from '../tensor-types';

/** Ids of the types of values, as the format gives them. */
const valueTypes = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;

type ValueType = keyof typeof valueTypes;

/** One entry of the metadata as written, the type beside the value. Arrays name the type of their elements. */
export type Value =
  | readonly ['string', string]
  | readonly ['bool', boolean | number]
  | readonly [Exclude<ValueType, 'string' | 'bool' | 'array'>, number | bigint]
  | readonly ['array', ValueType, readonly (readonly [Value[0], ...unknown[]])[]];

/** A tensor as written: any of the fields may lie, `data` is what follows. */
export interface WrittenTensor {
  readonly name: string;
  /** Row-major, as we name sizes; written in reverse. */
  readonly shape: readonly (number | bigint)[];
  readonly type: StorageType | number;
  readonly data?: Uint8Array;
  /** In place of the true one. */
  readonly offset?: number | bigint;
}

export interface WrittenGguf {
  readonly version?: number;
  readonly alignment?: number;
  readonly metadata?: readonly (readonly [string, Value])[];
  readonly tensors?: readonly WrittenTensor[];
  /** In place of the true ones. */
  readonly metadataCount?: bigint;
  readonly tensorCount?: bigint;
}

/** Grows by concatenation; good enough for the small files of tests. */
class Pieces {
  private readonly pieces: Uint8Array[] = [];
  /** Where numbers of 4 and 8 bytes are: lengths, counts, types, sizes, offsets. */
  readonly places: number[] = [];
  length = 0;

  bytes(bytes: Uint8Array): void {
    this.pieces.push(bytes);
    this.length += bytes.length;
  }

  number(size: number, write: (view: DataView) => void): void {
    const view = new DataView(new ArrayBuffer(size));
    write(view);
    this.bytes(new Uint8Array(view.buffer));
  }

  u32(value: number): void {
    this.places.push(this.length);
    this.number(4, (view) => view.setUint32(0, value, true));
  }

  u64(value: number | bigint): void {
    this.places.push(this.length);
    this.number(8, (view) => view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true));
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u64(bytes.length);
    this.bytes(bytes);
  }

  pad(alignment: number): void {
    this.bytes(new Uint8Array((alignment - (this.length % alignment)) % alignment));
  }

  joined(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.pieces));
  }
}

function writeValue(out: Pieces, value: Value): void {
  if (value[0] === 'string') return out.text(value[1]);
  if (value[0] === 'array') {
    out.u32(valueTypes[value[1]]);
    out.u64(value[2].length);
    for (const element of value[2]) writeValue(out, element as Value);
    return;
  }
  const [type, number] = value;
  if (type === 'u64' || type === 'i64') return out.u64(BigInt(number));
  const plain = Number(number);
  if (type === 'f32') out.number(4, (view) => view.setFloat32(0, plain, true));
  else if (type === 'f64') out.number(8, (view) => view.setFloat64(0, plain, true));
  else if (type === 'u32' || type === 'i32') out.u32(plain);
  else if (type === 'u16' || type === 'i16') out.number(2, (view) => view.setUint16(0, plain, true));
  else out.number(1, (view) => view.setUint8(0, plain));
}

function bytesNeeded({ shape, type }: WrittenTensor): number {
  if (typeof type === 'number') return 0;
  const block = storageBlocks[type];
  return (shape.reduce<number>((product, size) => product * Number(size), 1) / block.elements) * block.bytes;
}

/** A GGUF file, little-endian, made as told: also one that no reader should accept. Tensors without data hold zeros. */
export function writeGguf(file: WrittenGguf): Uint8Array {
  return writeGgufAndPlaces(file).bytes;
}

/** As above, with the places of all lengths, counts, types, sizes and offsets in it. */
export function writeGgufAndPlaces(file: WrittenGguf): { readonly bytes: Uint8Array; readonly places: readonly number[] } {
  const { version = 3, alignment = 32, metadata = [], tensors = [] } = file;
  const out = new Pieces();
  out.bytes(new TextEncoder().encode('GGUF'));
  out.u32(version);
  out.u64(file.tensorCount ?? tensors.length);
  out.u64(file.metadataCount ?? metadata.length);
  for (const [key, value] of metadata) {
    out.text(key);
    out.u32(valueTypes[value[0]]);
    writeValue(out, value);
  }
  const data = new Pieces();
  const ids = new Map([...readableTypes].map(([id, type]) => [type, id]));
  for (const tensor of tensors) {
    out.text(tensor.name);
    out.u32(tensor.shape.length);
    for (const size of tensor.shape.toReversed()) out.u64(size);
    out.u32(typeof tensor.type === 'number' ? tensor.type : (ids.get(tensor.type) ?? 0));
    out.u64(tensor.offset ?? data.length);
    data.bytes(tensor.data ?? new Uint8Array(tensor.offset === undefined ? bytesNeeded(tensor) : 0));
    data.pad(alignment);
  }
  out.pad(alignment);
  out.bytes(data.joined());
  return { bytes: out.joined(), places: out.places };
}
