/** Types of Thrift's compact protocol that Parquet's metadata uses. */
const [stop, yes, no, byte, i16, i32, i64, double, binary, list, struct] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12];
/** Structs inside structs: Parquet's own go to 6. */
const deepest = 16;
/** Bytes of a 64-bit number. */
const longestVarint = 10;
/** Lengths and counts are 32-bit numbers, and far fewer are needed; past this a parser's arithmetic would turn negative. */
const largestLength = 2 ** 28;

/**
 * Walks a Thrift struct (compact protocol) without building anything, so that a parser which trusts its input is given only
 * what ends: numbers of at most ten bytes, lengths and counts that the bytes left can hold, no endless nesting.
 * @returns the offset behind the struct
 * @throws Error saying what is impossible
 * @source https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function checkThrift(bytes: Uint8Array): number {
  let at = 0;

  function next(): number {
    const value = bytes[at++];
    if (value === undefined) throw new Error('its description ends too early');
    return value;
  }
  function skip(count: number): void {
    if (count > bytes.length - at) throw new Error('its description holds a length that it cannot have');
    at += count;
  }
  function varint(): number {
    let value = 0;
    for (let i = 0; i < longestVarint; i++) {
      const part = next();
      value += (part & 0x7f) * 2 ** (7 * i);
      if (part < 0x80) return value;
    }
    throw new Error('its description holds a number of impossible length');
  }
  function length(): number {
    const value = varint();
    if (value > largestLength || value > bytes.length - at) throw new Error('its description holds a length that it cannot have');
    return value;
  }

  function element(type: number, depth: number): void {
    switch (type) {
      case byte:
        return skip(1);
      case i16:
      case i32:
      case i64:
        return void varint();
      case double:
        return skip(8);
      case binary:
        return skip(length());
      case list:
        return elements(depth);
      case struct:
        return fields(depth + 1);
      default:
        throw new Error(`its description holds a value of unknown type ${type}`);
    }
  }
  function elements(depth: number): void {
    const head = next();
    const type = head & 0x0f;
    const short = head >> 4;
    const count = short === 15 ? length() : short;
    for (let i = 0; i < count; i++) element(type === yes || type === no ? byte : type, depth);
  }
  function fields(depth: number): void {
    if (depth > deepest) throw new Error('its description is nested too deeply');
    for (;;) {
      const head = next();
      const type = head & 0x0f;
      if (type === stop) return;
      if (head >> 4 === 0) varint();
      if (type !== yes && type !== no) element(type, depth);
    }
  }

  fields(0);
  return at;
}
