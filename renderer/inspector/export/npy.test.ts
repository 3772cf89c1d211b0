import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toNpy } from './npy';

it('has NumPy’s header, aligned, and the floats behind it, bit for bit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), fc.context(), (rows, columns, context) => {
      const data = Float32Array.from({ length: rows * columns }, (_, i) => Math.fround(1 / (i + 3)));
      const file = toNpy(data, rows, columns);
      const view = new DataView(file.buffer);
      expect([...file.subarray(0, 8)]).toEqual([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
      const start = 10 + view.getUint16(8, true);
      const header = new TextDecoder().decode(file.subarray(10, start));
      context.log(header);
      expect(start % 64).toBe(0);
      expect(header).toMatch(/^\{.*\} *\n$/u);
      expect(header).toContain(`'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`);
      expect(Array.from(data.keys(), (i) => view.getFloat32(start + 4 * i, true))).toEqual([...data]);
      expect(file.length).toBe(start + 4 * data.length);
    }),
  );
  expect(() => toNpy(new Float32Array(5), 2, 3)).toThrow(RangeError);
});
