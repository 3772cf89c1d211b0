import { Tooltip } from '@base-ui/react/tooltip';
import { formatNumber } from '../../design/format';
import { visibleToken } from '../../design/token-pieces';
import { passEscape } from '../../design/tooltip';
import { probability } from '../format';
import { type HeatmapCell, streamName } from './heatmap-layout';
import styles from './layers.module.css';

export interface LensReadout {
  readonly heading: string;
  readonly target: string;
  readonly facts: string;
  readonly top: readonly { readonly token: string; readonly probability: number }[];
}

/** Everything recorded at one cell, as words; null where nothing was. */
export function lensReadout(cell: HeatmapCell): LensReadout | null {
  const { entry } = cell.section;
  const record = entry.branch?.steps.at(cell.step);
  const reading = record?.layers[cell.stream];
  if (record === undefined || reading === undefined) return null;
  const { vocabulary } = entry.lane.modelInfo;
  const about = entry.branch?.steps.lensOf(cell.step, cell.stream) === 'quick' ? '≈ ' : '';
  const word = (id: number): string => visibleToken(vocabulary[id] ?? `#${id}`);
  return {
    heading: `${entry.title}, step ${cell.step + 1}, ${cell.stream === 0 ? 'embeddings' : `after layer ${cell.stream}`} (${streamName(cell.stream)})`,
    target: `${record.kind === 'token' ? 'emitted' : 'last layer’s top'} ${word(record.targetId)}`,
    facts: Number.isNaN(reading.rank)
      ? `not read yet · norm ${formatNumber(reading.norm, 1)}`
      : `p ${about}${probability(reading.probability)} · rank ${about}${reading.rank} · entropy ${about}${formatNumber(reading.entropy)} b · norm ${formatNumber(reading.norm, 1)}`,
    top: reading.top.ids.map((id, i) => ({ token: word(id), probability: reading.top.probabilities[i] ?? NaN })),
  };
}

/** An area of the page, as it lies when it is asked for. */
export interface TooltipAnchor {
  getBoundingClientRect(): DOMRect;
}

/** The readout outside of what it is about: under it where the window has room, else above it or beside it. */
export function LensTooltip({ readout, anchor }: { readonly readout: LensReadout; readonly anchor: TooltipAnchor }) {
  return (
    <Tooltip.Root open onOpenChange={passEscape}>
      <Tooltip.Portal>
        <Tooltip.Positioner anchor={anchor} side="bottom" align="start" sideOffset={4} className={styles['positioner']}>
          <Tooltip.Popup className={styles['tooltip']}>
            <strong>{readout.heading}</strong>
            <span className={styles['facts']}>
              {readout.target}: {readout.facts}
            </span>
            <ol>
              {readout.top.map(({ token, probability: p }, i) => (
                <li key={i}>
                  <span>{token}</span>
                  <span>{probability(p)}</span>
                </li>
              ))}
            </ol>
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
