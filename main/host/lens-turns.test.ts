import { describe, expect, it } from 'vitest';
import { type LensClock, type LensTurn, LensTurns } from './lens-turns';

/** A clock that only what sleeps or reads moves on. */
function fakeClock(): LensClock & { time: number } {
  const clock = {
    time: 0,
    now: () => clock.time,
    sleep: async (milliseconds: number) => {
      clock.time += milliseconds;
      await Promise.resolve();
    },
  };
  return clock;
}

/** Reads for 100 ms at a time and says when each began. */
async function readings(count: number, generating: (time: number) => boolean): Promise<number[]> {
  const clock = fakeClock();
  const turns = new LensTurns(() => generating(clock.time), clock);
  const began: number[] = [];
  for (let i = 0; i < count; i++)
    await turns.take('other', async () => {
      began.push(clock.time);
      clock.time += 100;
      return Promise.resolve({ value: i, milliseconds: 100 });
    });
  return began;
}

describe('turns to read lenses', () => {
  it('follow each other where no run generates', async () => {
    expect(await readings(50, () => false)).toEqual(Array.from({ length: 50 }, (_, i) => 100 * i));
  });

  it('are given a tenth of a second at once, then a fourteenth of the time, while a run generates', async () => {
    const began = await readings(100, () => true);
    expect(began.slice(0, 2)).toEqual([0, 100]);
    expect(began[2]).toBeGreaterThan(1_000);
    const apart = ((began[99] ?? NaN) - (began[30] ?? NaN)) / 69;
    expect(100 / apart).toBeGreaterThan(0.06);
    expect(100 / apart).toBeLessThan(0.08);
  });

  it('stop waiting when the run ends', async () => {
    const began = await readings(60, (time) => time < 5_000);
    const after = began.filter((time) => time > 5_100);
    expect(after.length).toBeGreaterThan(20);
    expect(after.every((time, i) => i === 0 || Math.round(time - (after[i - 1] ?? NaN)) === 100)).toBe(true);
  });

  it('come in the order they were asked for, one at a time, whatever fails', async () => {
    const turns = new LensTurns(() => false, fakeClock());
    const order: string[] = [];
    const reading = async (name: string) => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      if (name === 'b') throw new Error('No numbers');
      return { value: name, milliseconds: 1 };
    };
    const all = await Promise.allSettled(['a', 'b', 'c'].map(async (name) => turns.take('other', async () => reading(name))));
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(order).toEqual(['a', 'b', 'c'].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it('do not wait where they are coarse, and are paid for afterwards', async () => {
    const clock = fakeClock();
    const turns = new LensTurns(() => true, clock);
    const began: [string, number][] = [];
    const take = async (name: string, turn: LensTurn): Promise<void> =>
      turns.take(turn, async () => {
        began.push([name, clock.time]);
        clock.time += 500;
        return Promise.resolve({ value: undefined, milliseconds: 500 });
      });
    await Promise.all([take('a', 'other'), take('b', 'other'), take('c', 'other')]);
    const before = clock.time;
    // Another waits for its share when the coarse one comes.
    await Promise.all([take('waiting', 'other'), take('coarse', 'coarse')]);
    expect(began.map(([name]) => name)).toEqual(['a', 'b', 'c', 'coarse', 'waiting']);
    expect((began[3]?.[1] ?? NaN) - before).toBeLessThanOrEqual(50);
    // 500 ms of what the third took, and 500 of the coarse one's, at a twelfth of the time.
    expect(((began[4]?.[1] ?? NaN) - before) / 1000).toBeGreaterThan(11);
    expect(((began[4]?.[1] ?? NaN) - before) / 1000).toBeLessThan(14);
  });

  it('are those of quick readings first, of which there are few before their time', async () => {
    const clock = fakeClock();
    const turns = new LensTurns(() => true, clock);
    const began: [LensTurn, number][] = [];
    const take = async (turn: LensTurn, milliseconds: number): Promise<void> =>
      turns.take(turn, async () => {
        began.push([turn, clock.time]);
        clock.time += milliseconds;
        return Promise.resolve({ value: undefined, milliseconds });
      });
    await take('quick', 250);
    await Promise.all([take('other', 100), take('coarse', 100), take('quick', 100)]);
    expect(began.map(([turn]) => turn)).toEqual(['quick', 'quick', 'coarse', 'other']);
    // The second is begun with less than 200 ms to pay for; a picture more would wait.
    expect(began[1]?.[1]).toBeLessThanOrEqual(300);
    const before = clock.time;
    await take('quick', 250);
    await take('quick', 250);
    expect(clock.time - before).toBeGreaterThan(2_000);
  });

  it('wait, coarse or not, where too much has been read before its time', async () => {
    const clock = fakeClock();
    const turns = new LensTurns(() => true, clock);
    const began: number[] = [];
    for (let i = 0; i < 40; i++)
      await turns.take('coarse', async () => {
        began.push(clock.time);
        clock.time += 100;
        return Promise.resolve({ value: i, milliseconds: 100 });
      });
    expect(began[11]).toBe(1100);
    expect(began[12]).toBeGreaterThan(1200);
    expect((began[39] ?? NaN) - (began[29] ?? NaN)).toBeGreaterThan(12_000);
  });
});
