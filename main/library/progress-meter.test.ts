import { expect, it } from 'vitest';
import { ProgressMeter } from './progress-meter';

it('smooths the rate and says how long the rest will take', () => {
  let now = 0;
  const meter = new ProgressMeter(() => now);
  meter.begin('Fetching', 1000, 500);
  expect(meter.progress).toEqual({
    phase: 'Fetching',
    remark: null,
    doneBytes: 500,
    totalBytes: 1000,
    bytesPerSecond: null,
    secondsLeft: null,
  });
  now = 1000;
  meter.update(600);
  expect(meter.progress).toMatchObject({ bytesPerSecond: 100, secondsLeft: 4 });
  // A piece that comes at once does not look like a rate.
  meter.update(700);
  expect(meter.progress).toMatchObject({ bytesPerSecond: 100, secondsLeft: 3 });
  now = 2000;
  meter.update(700);
  const { bytesPerSecond } = meter.progress;
  expect(bytesPerSecond).toBe(100);
  for (let second = 3; second < 40; second++) {
    now = second * 1000;
    meter.update(700);
  }
  expect(meter.progress.bytesPerSecond).toBeLessThan(1);
  meter.begin('Unpacking');
  expect(meter.progress).toMatchObject({ doneBytes: 0, totalBytes: null, secondsLeft: null, bytesPerSecond: null });
});
