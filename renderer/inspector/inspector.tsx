import { PanelRightClose, PanelRightOpen } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { IconButton } from '../design/icon-button';
import { Tabs } from '../design/tabs';
import { AttentionPanel } from './attention/attention';
import { BranchesPanel } from './branches/branches';
import { CandidatesPanel } from './candidates/candidates';
import { CostPanel } from './cost/cost';
import { sameTokens } from '../state/same-tokens';
import type { InspectorProps } from './inspector-props';
import styles from './inspector.module.css';
import { LayersPanel } from './layers/layers';
import { paneWidths, panesShown } from './panes';
import { cursorEntry, laneEntries } from './shared/lane-entries';
import { useSize } from './shared/use-size';
import { StepPanel } from './step/step';
import { TrajectoryPanel } from './trajectory/trajectory';

const panels = [
  { id: 'candidates', title: 'Candidates' },
  { id: 'layers', title: 'Layers' },
  { id: 'attention', title: 'Attention' },
  { id: 'branches', title: 'Branches' },
  { id: 'trajectory', title: 'Trajectory' },
  { id: 'cost', title: 'Cost' },
  { id: 'step', title: 'Step' },
] as const;
type PanelId = (typeof panels)[number]['id'];

const alignmentText = { step: 'aligned by step', text: 'aligned by text', share: 'aligned by share of the whole' } as const;

/** Where the cursor stands, in words. */
function whereText({ runs, cursor, stepUnderCursor }: InspectorProps): string {
  if (cursor === null) return runs.length === 0 ? '' : 'no step under the cursor';
  const entry = cursorEntry(laneEntries(runs), cursor);
  const length = entry?.branch?.steps.length ?? 0;
  const step = entry === undefined ? null : stepUnderCursor(entry.run, entry.lane);
  const place = step === null ? 'no step here' : `step ${step + 1} of ${length}`;
  const byText = cursor.alignment !== 'share' && !sameTokens(runs.flatMap(({ lanes }) => lanes));
  return `${entry?.title ?? ''}: ${place}, ${alignmentText[byText ? 'text' : cursor.alignment]}${cursor.pinned ? ' · pinned' : ''}`;
}

/** The readings of the step under the cursor. The chosen tab stands left; panels kept open stand beside it while there is room. */
export function Inspector(props: InspectorProps) {
  const [watch, setWatch] = useState<readonly string[]>([]);
  const [beside, setBeside] = useState<readonly PanelId[]>(['layers', 'trajectory', 'candidates']);
  const root = useRef<HTMLDivElement>(null);
  const { width } = useSize(root);
  const chosen = panels.find((panel) => panel.id === props.tab)?.id ?? 'candidates';
  const shown = panesShown(chosen, beside, width);
  const widths = paneWidths(shown);

  const controls = (id: PanelId): ReactNode => {
    const kept = beside.includes(id);
    const title = panels.find((panel) => panel.id === id)?.title ?? '';
    if (
      panesShown(
        chosen,
        panels.map((panel) => panel.id),
        width,
      ).length === 1
    )
      return null;
    return (
      <IconButton
        label={kept ? `Close ${title} beside the other tabs` : `Keep ${title} open beside the other tabs`}
        aria-pressed={kept}
        onClick={() => {
          setBeside(kept ? beside.filter((other) => other !== id) : [id, ...beside]);
        }}
      >
        {kept ? <PanelRightClose size={14} aria-hidden="true" /> : <PanelRightOpen size={14} aria-hidden="true" />}
      </IconButton>
    );
  };
  const panel = (id: PanelId): ReactNode => {
    switch (id) {
      case 'candidates':
        return <CandidatesPanel {...props} watch={watch} onWatch={setWatch} controls={controls(id)} />;
      case 'layers':
        return <LayersPanel {...props} controls={controls(id)} />;
      case 'attention':
        return <AttentionPanel {...props} controls={controls(id)} />;
      case 'branches':
        return <BranchesPanel {...props} controls={controls(id)} />;
      case 'trajectory':
        return <TrajectoryPanel {...props} controls={controls(id)} />;
      case 'cost':
        return <CostPanel {...props} controls={controls(id)} />;
      case 'step':
        return <StepPanel {...props} controls={controls(id)} />;
      default:
        return id satisfies never;
    }
  };
  const content = (
    <div className={styles['panes']} style={{ gridTemplateColumns: widths }}>
      {shown.map((id) => (
        <div key={id} className={styles['pane']}>
          {panel(id)}
        </div>
      ))}
    </div>
  );
  return (
    <div ref={root} className={styles['inspector']}>
      <Tabs
        label="Inspector"
        value={chosen}
        onChange={props.onTab}
        tabs={panels.map(({ id, title }) => ({ id, title, content: id === chosen ? content : null }))}
        aside={
          <>
            {whereText(props)}
            {shown.includes('candidates') &&
              width >= 1200 &&
              props.runs.some((run) => run.outcome !== null) &&
              ' · ⌥ click a candidate to fork here'}
          </>
        }
      />
    </div>
  );
}
