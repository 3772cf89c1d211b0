import fc from 'fast-check';
import { expect, it } from 'vitest';
import { passMask } from './pass-mask';

it('shows every new position what is filled, itself and those of its row before it', () => {
  const sizes = fc.record({
    batch: fc.integer({ min: 1, max: 4 }),
    added: fc.integer({ min: 1, max: 4 }),
    shared: fc.nat(5),
    own: fc.array(fc.nat(5), { minLength: 4, maxLength: 4 }),
  });
  fc.assert(
    fc.property(sizes, ({ batch, added, shared, own }) => {
      const mask = passMask(batch, added, [
        { capacity: 5, filled: [shared] },
        { capacity: 6, filled: own.slice(0, batch) },
      ]);
      const expected: number[] = [];
      for (let row = 0; row < batch; row++) {
        for (let query = 0; query < added; query++) {
          for (let place = 0; place < 5; place++) expected.push(place < shared ? 0 : -Infinity);
          for (let place = 0; place < 6; place++) expected.push(place < (own[row] ?? 0) ? 0 : -Infinity);
          for (let key = 0; key < added; key++) expected.push(key <= query ? 0 : -Infinity);
        }
      }
      expect([...mask]).toEqual(expected);
    }),
  );
});
