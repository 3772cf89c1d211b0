/**
 * A matrix of 32-bit floats as NumPy's `.npy` file, version 1.0: `numpy.load` gives it back.
 * @param data [rows, columns]
 * @source NEP 1, "A simple file format for NumPy arrays"
 */
export function toNpy(data: Float32Array, rows: number, columns: number): Uint8Array<ArrayBuffer> {
  if (data.length !== rows * columns) throw new RangeError(`${data.length} numbers are not ${rows} rows of ${columns}`);
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  // Magic, version and length take ten bytes; the header ends with a line end where the data can begin aligned to 64.
  const start = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const file = new Uint8Array(start + 4 * data.length);
  file.set([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  const view = new DataView(file.buffer);
  view.setUint16(8, start - 10, true);
  file.set(new TextEncoder().encode(`${dictionary.padEnd(start - 11)}\n`), 10);
  for (let i = 0; i < data.length; i++) view.setFloat32(start + 4 * i, data[i] ?? 0, true);
  return file;
}
