import { formatSeconds } from '../bootstrap/progress.mjs';

const verdict = ({ failed, passed }) => (failed > 0 ? 'failed' : passed > 0 ? 'passed' : 'skipped');

/** The table at the end: one row per check. */
export function formatTable(results) {
  const rows = results.map(({ name, outcome, seconds }) => [
    name,
    verdict(outcome),
    String(outcome.passed),
    String(outcome.failed),
    String(outcome.skipped),
    formatSeconds(seconds),
    outcome.note ?? '',
  ]);
  const table = [['check', 'verdict', 'passed', 'failed', 'skipped', 'time', ''], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column >= 2 && column <= 5 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  ');
  return table.map((row) => line(row).trimEnd()).join('\n');
}

/** The line that machines read: all tests of all runners. */
export function formatTotals(results) {
  const sum = (key) => results.reduce((total, { outcome }) => total + outcome[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
