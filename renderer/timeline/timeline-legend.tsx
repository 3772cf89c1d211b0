import { classNames } from '../design/class-names';
import { formatNumber } from '../design/format';
import { LaneMarker } from '../inspector/shared/lane-marker';
import styles from './timeline.module.css';
import type { TimelineSeries } from './timeline-series';

export interface LegendValue {
  readonly key: string;
  readonly value: number;
  /** The lane has a step under the cursor. */
  readonly present: boolean;
}

export interface TimelineLegendProps {
  readonly series: readonly TimelineSeries[];
  readonly values: readonly LegendValue[];
  readonly decimals: number;
  readonly suffix: string;
}

/** Which line is which lane, and each lane's value under the cursor. */
export function TimelineLegend({ series, values, decimals, suffix }: TimelineLegendProps) {
  return (
    <ul
      // It scrolls when there are many lanes, so the keyboard must reach it.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className={classNames(styles['legend'], series.length > 5 && styles['dense'])}
      aria-label="Lanes and their values at the cursor"
    >
      {series.map((line) => {
        const own = values.find((value) => value.key === line.key);
        return (
          <li key={line.key} className={styles['legendRow']}>
            <LaneMarker lane={line.lane} hue={line.hue} dash={line.dash} />
            <span className={styles['legendName']} title={line.title}>
              {line.title}
            </span>
            <span className={styles['legendValue']}>
              {own === undefined || !own.present ? (
                <span className={styles['none']}>no step</span>
              ) : Number.isFinite(own.value) ? (
                `${formatNumber(own.value, decimals)}${suffix}`
              ) : (
                <span className={styles['none']}>none</span>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
