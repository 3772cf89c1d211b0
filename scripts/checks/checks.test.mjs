import { describe, expect, it } from 'vitest';
import { countPlaywright } from './e2e.mjs';
import { describeViolation } from './folders.mjs';
import { ofRunner, oneTest } from './outcome.mjs';
import { formatTable, formatTotals } from './summary.mjs';
import { countVitest } from './unit.mjs';

describe('counting', () => {
  it('counts a test file that could not be loaded as failed', () => {
    const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, testResults: [{ status: 'failed', assertionResults: [] }] };
    expect(countVitest(report)).toEqual({ passed: 3, failed: 2, skipped: 2 });
  });

  it('counts flaky tests and errors outside of tests as failed', () => {
    expect(countPlaywright({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 0 }, errors: [{}] })).toEqual({
      passed: 4,
      failed: 3,
      skipped: 0,
    });
  });

  it('never takes silence for success', () => {
    expect(ofRunner(0, undefined).failed).toBe(1);
    expect(ofRunner(0, { passed: 0, failed: 0, skipped: 0 }).failed).toBe(1);
    expect(ofRunner(1, { passed: 5, failed: 0, skipped: 0 })).toMatchObject({ passed: 5, failed: 1 });
    expect(ofRunner(0, { passed: 0, failed: 0, skipped: 2 })).toEqual({ passed: 0, failed: 0, skipped: 2 });
  });
});

describe('summary', () => {
  const results = [
    { name: 'types', outcome: oneTest(true), seconds: 3.2 },
    { name: 'unit', outcome: { passed: 40, failed: 2, skipped: 0 }, seconds: 75 },
    { name: 'python', outcome: { passed: 0, failed: 0, skipped: 2 }, seconds: 1 },
  ];

  it('closes with the line that counts everything', () => {
    expect(formatTotals(results)).toBe('41 passed, 2 failed, 2 skipped');
    expect(formatTotals([results[0]])).toBe('1 passed, 0 failed');
  });

  it('shows a skipped check as skipped', () => {
    const lines = formatTable(results).split('\n');
    expect(lines[1]).toMatch(/^types +passed +1 +0 +0 +3 s$/);
    expect(lines[2]).toMatch(/^unit +failed +40 +2 +0 +1 min 15 s$/);
    expect(lines[3]).toMatch(/^python +skipped/);
  });
});

describe('folder rules', () => {
  it('names both ends of a forbidden import, and the whole round of a circular one', () => {
    expect(describeViolation({ from: 'a.ts', to: 'b.ts', rule: { name: 'not-in-allowed' } })).toBe('  a.ts → b.ts  (not-in-allowed)');
    expect(
      describeViolation({ from: 'a.ts', to: 'b.ts', rule: { name: 'no-circular' }, cycle: [{ name: 'b.ts' }, { name: 'a.ts' }] }),
    ).toContain('a.ts → b.ts → a.ts');
  });
});
