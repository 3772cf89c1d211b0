import type { RunDocument } from './run-document';

const verdictWords = { right: 'right', wrong: 'wrong', none: '–' } as const;

/** Lines up columns; the last is not padded. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - [...cell].length)))
        .join('  '),
    )
    .join('\n');
}

/** lastLayerLensEqualsLogits: last layer lens equals logits. */
const inWords = (name: string): string => name.replaceAll(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`);

/** The table a person reads: lane, answer, right or wrong, steps, milliseconds, steps per second. */
export function formatRun(run: RunDocument): string {
  const several = new Set(run.lanes.map(({ model }) => model.id)).size > 1;
  const rows = run.lanes.map((lane) => [
    lane.kind,
    ...(several ? [lane.model.id] : []),
    lane.answer ?? '–',
    lane.error ? `failed: ${lane.error.message}` : verdictWords[lane.verdict],
    `${lane.steps}${lane.branches[lane.branch ?? 0]?.state === 'cut' ? ', cut' : ''}`,
    lane.milliseconds.toFixed(0),
    lane.tokensPerSecond.toFixed(0),
  ]);
  const checks = Object.entries(run.parity).map(
    ([name, passed]) => `${inWords(name)} ${passed === null ? 'not checked' : passed ? 'passed' : 'FAILED'}`,
  );
  return [
    run.prompt,
    formatTable([['lane', ...(several ? ['model'] : []), 'answer', 'verdict', 'steps', 'ms', 'steps/s'], ...rows]),
    `parity: ${checks.join(', ')}`,
    ...(run.deviceNote === null ? [] : [`device: ${run.deviceNote}`]),
    ...(run.trace === null ? [] : [`trace: ${run.trace}`]),
    ...(run.error === null ? [] : [`error: ${run.error.message} ${run.error.hint}`]),
  ].join('\n');
}
