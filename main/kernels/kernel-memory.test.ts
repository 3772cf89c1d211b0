import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KernelMemory } from './kernel-memory';

it('gives out places that do not touch, and gives freed ones again', () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('allocate' as const), bytes: fc.integer({ min: 0, max: 5000 }) }),
    fc.record({ kind: fc.constant('free' as const), which: fc.nat() }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 120 }), (operations) => {
      const memory = new KernelMemory();
      const taken: { at: number; bytes: number }[] = [];
      for (const each of operations) {
        if (each.kind === 'allocate') {
          const at = memory.allocate(each.bytes);
          expect(at % 64).toBe(0);
          expect(at).toBeGreaterThanOrEqual(65_536);
          expect(at + each.bytes).toBeLessThan(memory.buffer.byteLength);
          for (const other of taken) expect(at >= other.at + other.bytes || at + each.bytes <= other.at).toBe(true);
          taken.push({ at, bytes: each.bytes });
        } else if (taken.length > 0) {
          const [gone] = taken.splice(each.which % taken.length, 1);
          if (gone) memory.free(gone.at);
        }
      }
      for (const { at } of taken) memory.free(at);
      // All is one again: what fitted before fits without growing.
      const size = memory.buffer.byteLength;
      if (size > 65_536) memory.allocate(size - 65_536 - 128);
      expect(memory.buffer.byteLength).toBe(size);
    }),
    { numRuns: 60 },
  );
});

it('keeps what was written when it grows, and views of it', () => {
  const memory = new KernelMemory();
  const floats = memory.floats(memory.allocate(400), 100).fill(1.5);
  const far = memory.allocate(3_000_000);
  memory.bytes(far, 3_000_000).fill(7);
  expect(floats).toEqual(new Float32Array(100).fill(1.5));
  expect(memory.floats(memory.addressOf(floats), 100)[99]).toBe(1.5);
});

it('refuses what it did not give', () => {
  const memory = new KernelMemory();
  const at = memory.allocate(10);
  memory.free(at);
  expect(() => memory.free(at)).toThrow('Nothing was given out');
  expect(() => memory.addressOf(new Float32Array(4))).toThrow('do not lie in');
  expect(() => memory.allocate(5e9)).toThrow(expect.objectContaining({ code: 'unsupported' }));
});
