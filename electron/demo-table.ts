import type { LaneSettings } from '../main/contract/lanes';
import type { RecordedRun } from './recorded-run';

function laneTitle(settings: LaneSettings): string {
  switch (settings.kind) {
    case 'direct':
      return 'Direct';
    case 'cot':
      return 'Chain of thought';
    case 'best-of-n':
      return `Best of ${settings.n}`;
    case 'coconut':
      return `Continuous thought (${settings.thoughts})`;
    default:
      return settings satisfies never;
  }
}

const verdictWords = { right: 'right', wrong: 'wrong', none: '–' } as const;

/** The run's lanes as a table for a terminal: lane, answer, right or wrong, steps, milliseconds. */
export function demoTable({ info, lanes }: Pick<RecordedRun, 'info' | 'lanes'>): string {
  const rows = info.request.lanes.map((settings, index) => {
    const record = lanes[index];
    return [
      laneTitle(settings),
      record?.answer ?? '–',
      record ? verdictWords[record.verdict] : '–',
      String(record?.steps ?? 0),
      record ? record.milliseconds.toFixed(0) : '–',
    ];
  });
  const table = [['Lane', 'Answer', 'Verdict', 'Steps', 'ms'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const rightAligned = 3;
  return table
    .map((row) =>
      row.map((cell, column) => (column < rightAligned ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
    )
    .join('\n');
}
