import { expect, it } from 'vitest';
import type { ImportJob } from '../contract/library';
import { formatBytes } from './format-bytes';
import { ImportReporter } from './import-reporter';

const job = (phase: string, doneBytes: number): ImportJob => ({
  id: 'j',
  title: 'small',
  state: 'running',
  phase,
  remark: null,
  doneBytes,
  totalBytes: 1_000_000,
  bytesPerSecond: 250_000,
  secondsLeft: 2.2,
  model: null,
  error: null,
});

function report(screen: { isTTY: boolean; columns?: number }, count: number): string {
  let text = '';
  const reporter = new ImportReporter({ ...screen, write: (more: string) => (text += more) });
  for (let i = 0; i < count; i++) reporter.report(job(i < count / 2 ? 'Fetching' : 'Converting', 500_000));
  reporter.end();
  return text;
}

it('keeps one line a phase on a terminal, and few lines in a log', () => {
  expect(report({ isTTY: false }, 10)).toBe(
    'Fetching, 500 kB of 1.0 MB, 250 kB/s, 3 s left\nConverting, 500 kB of 1.0 MB, 250 kB/s, 3 s left\n',
  );
  const lines = report({ isTTY: true, columns: 20 }, 4).split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe('\r\u001B[KFetching, 500 kB of'.repeat(2));
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [99_949, '99.9 kB'],
  [98_362_432, '98.4 MB'],
  [999_600, '1.0 MB'],
  [5e12, '5.0 TB'],
  [5e15, '5000 TB'],
])('%d is %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it('says why a source was given up once, on a line of its own', () => {
  for (const isTTY of [true, false]) {
    let text = '';
    const reporter = new ImportReporter({ isTTY, write: (more: string) => (text += more) });
    reporter.report(job('Asking the hub', 0));
    for (const phase of ['Fetching', 'Converting']) reporter.report({ ...job(phase, 0), remark: 'Not from the hub: it is away.' });
    reporter.end();
    expect(text.split('\n').filter((line) => line === 'Not from the hub: it is away.')).toHaveLength(1);
    expect(text.split('\n')).toHaveLength(5);
  }
});
