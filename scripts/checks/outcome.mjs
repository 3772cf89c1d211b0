/**
 * What a check has to say: how many tests passed, failed and were skipped. A check without tests of its own (types,
 * lint) counts as one.
 * @typedef {{ passed: number, failed: number, skipped: number, note?: string }} Outcome
 */

/** @returns {Outcome} */
export function oneTest(passed, note) {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0, ...(note && { note }) };
}

/**
 * The outcome of a test runner. An exit code that its counts do not explain (a crash, an unhandled error, no tests at
 * all) is a failure of its own: a runner that reports nothing must not look like one that found nothing wrong.
 * @returns {Outcome}
 */
export function ofRunner(code, counts) {
  if (!counts) return oneTest(false, `the runner ended with exit code ${code} and no report`);
  if (code !== 0 && counts.failed === 0) return { ...counts, failed: 1, note: `the runner ended with exit code ${code}` };
  if (counts.passed + counts.failed + counts.skipped === 0) return oneTest(false, 'no tests were found');
  return counts;
}
