import { type ReactNode, useMemo, useRef } from 'react';
import { modelsOfRun } from '../../../main/contract/lane-models';
import { deviceNames } from '../../../main/contract/devices';
import { formatBytes, formatMilliseconds, formatNumber } from '../../design/format';
import { Panel } from '../../design/panel';
import type { PanelProps } from '../../state/run-view';
import type { Table } from '../export/save-table';
import { notAvailable, scaled, whole } from '../format';
import { type LaneEntry, laneEntries } from '../shared/lane-entries';
import { LaneMarker } from '../shared/lane-marker';
import { stepPanelState } from '../shared/panel-state';
import { usePanelFiles } from '../shared/use-panel-files';
import { type CostCell, costColumns, type CostQuantity, costRows } from './cost-rows';
import styles from './cost.module.css';

function costText(quantity: CostQuantity, value: number | null): string {
  if (value === null) return notAvailable;
  switch (quantity) {
    case 'milliseconds':
      return formatMilliseconds(value);
    case 'millisecondsPerStep':
      return formatNumber(value, 2);
    case 'tokensPerSecond':
      return formatNumber(value, value < 100 ? 1 : 0);
    case 'flops':
      return scaled(value, 'FLOP');
    case 'cacheBytes':
      return formatBytes(value);
    case 'steps':
    case 'positions':
    case 'serialDepth':
      return whole(value);
    default:
      return quantity satisfies never;
  }
}

function costTable(entries: readonly LaneEntry[], rows: readonly (readonly CostCell[])[]): Table {
  return {
    columns: [
      'run',
      'lane',
      'lane_name',
      'state',
      'steps',
      'wall_milliseconds',
      'steps_per_second',
      'milliseconds_per_step',
      'serial_depth_layers',
      'positions',
      'flops',
      'own_cache_bytes',
    ],
    rows: entries.map((entry, i) => [
      entry.run.id,
      entry.lane.lane,
      entry.style.title,
      entry.lane.record?.state ?? null,
      ...(rows[i]?.map((cell) => cell.value) ?? []),
    ]),
  };
}

export interface CostPanelProps extends PanelProps {
  readonly controls?: ReactNode;
}

/** What each lane spent. Bars are relative to the largest value of their column, across all runs on screen. */
export function CostPanel({ runs, controls }: CostPanelProps) {
  const content = useRef<HTMLDivElement>(null);
  const entries = useMemo(() => laneEntries(runs), [runs]);
  const rows = useMemo(() => costRows(entries.map((entry) => entry.lane.record)), [entries]);
  const table = useMemo(() => () => costTable(entries, rows), [entries, rows]);
  const files = usePanelFiles('cost', 'Cost of each lane', content, table);
  const state = stepPanelState(
    runs,
    entries.some((entry) => entry.lane.record !== null),
    'Run a prompt to see what each lane costs.',
  );
  const schedules = [
    ...new Set(runs.flatMap(({ info }) => modelsOfRun(info).map(({ device }) => `${info.request.schedule} on ${deviceNames[device]}`))),
  ].join(', ');
  return (
    <Panel title="Cost" state={state} files={files} controls={controls} meta={`${schedules} · bars relative to the largest`}>
      <div ref={content} className={styles['content']}>
        <table className={styles['table']}>
          <thead>
            <tr>
              <th scope="col">Lane</th>
              {costColumns.map((column) => (
                <th key={column.quantity} scope="col" title={column.note}>
                  {column.title}
                  <span className={styles['unit']}>
                    {column.quantity === 'milliseconds' || column.quantity === 'flops' || column.quantity === 'cacheBytes'
                      ? ''
                      : column.unit}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entries.map((entry, i) => (
              <tr key={entry.key}>
                <th scope="row">
                  <span className={styles['lane']}>
                    <LaneMarker lane={entry.lane.lane} hue={entry.style.hue} />
                    {entry.title}
                  </span>
                </th>
                {costColumns.map((column, place) => {
                  const cell = rows[i]?.[place];
                  return (
                    <td key={column.quantity}>
                      <span className={styles['value']}>{costText(column.quantity, cell?.value ?? null)}</span>
                      <span className={styles['track']} aria-hidden="true">
                        <span className={styles['bar']} style={{ width: `${(cell?.share ?? 0) * 100}%`, background: entry.style.hue }} />
                      </span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
        <dl className={styles['notes']}>
          {costColumns.map((column) => (
            <div key={column.quantity}>
              <dt>{column.title}</dt>
              <dd>{column.note}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Panel>
  );
}
