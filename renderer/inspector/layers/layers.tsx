import { type ReactNode, useMemo, useRef, useState } from 'react';
import { Panel } from '../../design/panel';
import { Select } from '../../design/select';
import type { PanelProps } from '../../state/run-view';
import type { InspectorProps } from '../inspector-props';
import { cursorEntry, laneEntries } from '../shared/lane-entries';
import { stepPanelState } from '../shared/panel-state';
import { usePanelFiles } from '../shared/use-panel-files';
import { Heatmap } from './heatmap';
import { type ColumnChoice, columnChoices } from './heatmap-layout';
import { layerTable } from './layer-table';
import styles from './layers.module.css';
import { type LensMeasureId, lensMeasures } from './lens-measure';

export interface LayersPanelProps extends PanelProps, Pick<InspectorProps, 'loadLens'> {
  readonly controls?: ReactNode;
}

const underCursor = 'cursor';
const all = 'all';

/** The logit lens of every layer over the steps of one lane or of all. */
export function LayersPanel({ runs, cursor, stepUnderCursor, moveCursor, loadLens, controls }: LayersPanelProps) {
  const [choice, setChoice] = useState<string>(underCursor);
  const [measureId, setMeasureId] = useState<LensMeasureId>('probability');
  const [columns, setColumns] = useState<ColumnChoice>('auto');
  const content = useRef<HTMLDivElement>(null);
  const measure = lensMeasures.find((candidate) => candidate.id === measureId) ?? lensMeasures[0];
  const entries = useMemo(() => laneEntries(runs), [runs]);
  const followed = cursorEntry(entries, cursor);
  const chosen = choice === all ? null : (entries.find((entry) => entry.key === choice) ?? followed);
  const shown = useMemo(() => {
    if (chosen === null) return entries.filter((entry) => (entry.branch?.steps.length ?? 0) > 0);
    return chosen === undefined ? [] : [chosen];
  }, [entries, chosen]);
  const table = useMemo(() => () => layerTable(shown), [shown]);
  const files = usePanelFiles('layers', `Logit lens by layer and step: ${measure.label}`, content, table);
  const state = stepPanelState(
    runs,
    shown.some((entry) => (entry.branch?.steps.length ?? 0) > 0),
    'Run a prompt to read the lens of every layer at every step.',
  );
  const [low, high] = measure.ends((chosen ?? entries[0])?.lane.modelInfo.model.vocabulary ?? 2);
  const hue = chosen?.style.hue ?? 'var(--dim)';
  const lanes = [
    {
      value: underCursor,
      label: followed === undefined || choice !== underCursor ? 'Lane under cursor' : followed.title,
      note: 'Follows the cursor',
    },
    { value: all, label: 'All lanes' },
    ...entries.map((entry) => ({ value: entry.key, label: entry.title })),
  ];
  return (
    <Panel
      title="Layers"
      state={state}
      files={files}
      controls={controls}
      meta={
        <span className={styles['scale']} title={measure.note}>
          <span>{low}</span>
          <span
            className={styles['ramp']}
            style={{ background: `linear-gradient(to right, color-mix(in srgb, ${hue} 5%, var(--panel)), ${hue})` }}
          />
          <span>{high}</span>
        </span>
      }
    >
      <div className={styles['frame']}>
        <div className={styles['tools']}>
          <Select label="Lens of" hideLabel value={choice} items={lanes} onChange={setChoice} />
          <Select
            label="Shade"
            value={measure.id}
            items={lensMeasures.map(({ id, label, note }) => ({ value: id, label, note }))}
            onChange={setMeasureId}
          />
          <Select label="Columns" value={columns} items={columnChoices.map((value) => ({ value, label: value }))} onChange={setColumns} />
        </div>
        <Heatmap
          entries={shown}
          measure={measure}
          columns={columns}
          panel={{ cursor, stepUnderCursor, moveCursor }}
          loadLens={loadLens}
          content={content}
        />
      </div>
    </Panel>
  );
}
