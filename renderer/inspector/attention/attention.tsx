import { Maximize2, ZoomIn, ZoomOut } from 'lucide-react';
import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { attentionBlock, attentionPositions } from '../../../main/contract/attention';
import { Button } from '../../design/button';
import { IconButton } from '../../design/icon-button';
import { Panel, type PanelState } from '../../design/panel';
import { Select } from '../../design/select';
import { Slider } from '../../design/slider';
import { probability, whole as wholeNumber } from '../format';
import type { InspectorProps } from '../inspector-props';
import { cursorEntry, type LaneEntry, laneEntries } from '../shared/lane-entries';
import { stepPanelState } from '../shared/panel-state';
import { usePanelFiles } from '../shared/use-panel-files';
import { useSize } from '../shared/use-size';
import { useThrottled } from '../shared/use-throttled';
import { mostAttended, rowTable, weightsOf } from './attention-row';
import styles from './attention.module.css';
import { HeadGrid } from './head-grid';
import { matrixFiles } from './matrix-files';
import { LooksList } from './looks-list';
import { keyZoom, type MatrixFocus, MatrixView } from './matrix-view';
import { positionOfStep, positionsRead, printed, promptLength, stepOfPosition, tokenAt } from './sequence-tokens';
import { useAttention } from './use-attention';
import { useAttentionRow } from './use-attention-row';
import { useWholeMatrix } from './use-whole-matrix';
import { type Viewport, wholeView, zoomed } from './viewport';
import { type WeightShadeId, weightShades } from './weight-shade';

export interface AttentionPanelProps extends InspectorProps {
  readonly controls?: ReactNode;
}

const underCursor = 'cursor';
/** Tokens listed for a row. */
const listed = 16;
/** How often a branch that is still growing is asked for more rows. */
const liveMilliseconds = 500;

/** What a row does: the pass at a position writes the step after it, or only reads the prompt. */
function rowHeading(entry: LaneEntry, position: number): string {
  const step = stepOfPosition(entry, position);
  if (step === null) return `Reading “${printed(tokenAt(entry, position))}”, position ${position + 1}`;
  const written = entry.branch?.steps.at(step);
  const text = written === undefined ? '' : written.kind === 'token' ? printed(tokenAt(entry, position + 1)) : '◆';
  return `Writing “${text}”, step ${step + 1}`;
}

/** Which positions each position attends to, in any layer and under any head, and where the step under the cursor looks. */
export function AttentionPanel(props: AttentionPanelProps) {
  const { runs, cursor, stepUnderCursor, moveCursor, loadAttention, loadAttentionRow, loadAttentionBlock, controls } = props;
  const [choice, setChoice] = useState<string>(underCursor);
  const [chosenLayer, setLayer] = useState<number | null>(null);
  const [chosenHead, setHead] = useState<number | null>(null);
  const [shadeId, setShade] = useState<WeightShadeId>('root');
  const [stopped, setStopped] = useState('');
  const [attempt, setAttempt] = useState(0);
  const [focus, setFocus] = useState<{ readonly key: string; readonly focus: MatrixFocus } | null>(null);
  const [view, setView] = useState<{ readonly key: string; readonly view: Viewport } | null>(null);
  const content = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const { height: bodyHeight } = useSize(body);

  const entries = useMemo(() => laneEntries(runs), [runs]);
  const followed = cursorEntry(entries, cursor);
  const entry = entries.find((candidate) => candidate.key === choice) ?? followed;
  const live = entry?.run.outcome === null;
  const readable = entry === undefined ? 0 : positionsRead(entry);
  const throttled = useThrottled(readable, live ? liveMilliseconds : 0);
  const key = entry === undefined ? '' : `${entry.key}/${entry.branch?.branch ?? ''}`;
  // While a branch grows, whole blocks are asked for: a part of one would be read anew with every step, in the run's own time.
  const grown = Math.max(entry === undefined ? 0 : promptLength(entry), throttled - (throttled % attentionBlock));
  const positions = Math.min(attentionPositions, readable, live ? grown : readable);
  const { layers = 1, heads = 1 } = entry?.lane.modelInfo.model ?? {};
  const layer = Math.min(layers - 1, chosenLayer ?? Math.floor(layers / 2));
  const head = chosenHead !== null && chosenHead < heads ? chosenHead : null;
  const branch = useMemo(
    () => (entry === undefined || positions === 0 ? null : { run: entry.run.id, lane: entry.lane.lane, branch: entry.branch?.branch ?? 0 }),
    [entry, positions],
  );
  const isStopped = stopped === `${key} ${layer} ${head ?? 'mean'}`;
  const load = useCallback<InspectorProps['loadAttention']>(
    (reference, query) => loadAttention(reference, query),
    // A further attempt is a further function, so that what failed is asked again.
    // oxlint-disable-next-line react/exhaustive-deps
    [loadAttention, attempt],
  );
  const read = useAttention(load, branch === null ? null : { branch, layer, heads, head, positions }, isStopped);

  const cursorStep = entry === undefined ? null : stepUnderCursor(entry.run, entry.lane);
  const cursorRow = entry === undefined || cursorStep === null ? null : positionOfStep(entry, cursorStep);
  const focused = focus !== null && focus.key === key && focus.focus.row < positions ? focus.focus : null;
  const position = focused?.row ?? cursorRow;
  const failed = read.error !== null;
  const row = useAttentionRow(loadAttentionRow, failed ? null : branch, layer, heads, position);
  const weights = useMemo(() => (row === null ? null : weightsOf(row, head)), [row, head]);
  const attended = useMemo(() => (weights === null ? [] : mostAttended(weights, listed)), [weights]);
  const tokens = useMemo(
    () => (at: number) => (entry === undefined ? { text: '', kind: 'prompt' as const, step: null } : tokenAt(entry, at)),
    [entry],
  );
  const onFocus = useCallback(
    (next: MatrixFocus | null) => {
      setFocus(next === null ? null : { key, focus: next });
    },
    [key],
  );
  const onView = useCallback(
    (next: Viewport | null) => {
      setView(next === null ? null : { key, view: next });
    },
    [key],
  );

  const shade = weightShades.find(({ id }) => id === shadeId) ?? weightShades[0];
  const headTitle = head === null ? `mean of ${heads} heads` : `head ${head + 1} of ${heads}`;
  const table = useMemo(
    () => () => (entry === undefined || row === null ? { columns: [], rows: [] } : rowTable(entry, layer, row)),
    [entry, layer, row],
  );
  const whole = useWholeMatrix(loadAttentionBlock);
  const rowFiles = usePanelFiles('attention', `Attention in layer ${layer + 1}, ${headTitle}: ${entry?.title ?? ''}`, content, table);
  const others = matrixFiles({
    title: `layer ${layer + 1}, ${headTitle}`,
    name: `attention-layer-${layer + 1}-${head === null ? 'mean' : `head-${head + 1}`}`,
    positions,
    tokenAt: tokens,
    read: (title) => (branch === null ? Promise.resolve(null) : whole.read({ branch, layer, head, positions }, title)),
  });
  const files = live || positions === 0 ? rowFiles : { ...rowFiles, csvLabel: 'Row under the cursor (CSV)…', others };
  const base = stepPanelState(runs, positions > 0, 'Run a prompt to see which tokens each step attends to, in every layer and head.');
  const state: PanelState =
    base.kind === 'empty' && runs.length > 0 && !live ? { kind: 'empty', hint: 'This lane has no step yet.' } : base;
  const hue = entry?.style.hue ?? 'var(--dim)';
  const zoomBy = (factor: number): void => {
    const now = view !== null && view.key === key ? view.view : wholeView(positions);
    // The height is not known here; the matrix holds what it is given within its limits.
    const middle = { x: 0.5, y: position === null ? 0.5 : (position + 0.5 - now.top) / now.span };
    const next = zoomed(now, factor, middle, positions, 0);
    onView(next.span >= positions ? null : next);
  };
  const cell = focused !== null && focused.column !== null ? focused.column : null;
  const cellText =
    cell === null || weights === null || row?.position !== position
      ? ''
      : `at “${printed(tokens(cell))}” (${cell + 1}): ${probability(weights[cell])}`;
  const heading = entry === undefined || position === null ? '' : rowHeading(entry, position);
  const lanes = [
    {
      value: underCursor,
      label: followed === undefined || choice !== underCursor ? 'Lane under cursor' : followed.title,
      note: 'Follows the cursor',
    },
    ...entries.map((each) => ({ value: each.key, label: each.title })),
  ];

  return (
    <Panel
      title="Attention"
      state={state}
      controls={controls}
      sharesHead
      {...(read.error === null ? { files } : {})}
      meta={
        <span
          className={styles['scale']}
          title={`${shade.note}. Computed again by the model from what the branch has read, not captured while it ran.`}
        >
          <span>recomputed</span>
          <span>{shade.ends[0]}</span>
          <span
            className={styles['ramp']}
            style={{ background: `linear-gradient(to right, color-mix(in srgb, ${hue} 4%, var(--panel)), ${hue})` }}
          />
          <span>{shade.ends[1]}</span>
        </span>
      }
    >
      <div className={styles['frame']}>
        <div className={styles['tools']}>
          <Select label="Attention of" hideLabel value={entry?.key === choice ? choice : underCursor} items={lanes} onChange={setChoice} />
          <Slider
            label="Layer"
            text={`${layer + 1} of ${layers}`}
            value={layer + 1}
            minimum={1}
            maximum={layers}
            onChange={(next) => {
              setLayer(next - 1);
            }}
          />
          <Select
            label="Shade"
            value={shade.id}
            items={weightShades.map(({ id, label, note }) => ({ value: id, label, note }))}
            onChange={setShade}
          />
          <IconButton label="Zoom in (+)" onClick={() => zoomBy(keyZoom)}>
            <ZoomIn size={14} aria-hidden="true" />
          </IconButton>
          <IconButton label="Zoom out (−)" onClick={() => zoomBy(1 / keyZoom)} disabled={view === null}>
            <ZoomOut size={14} aria-hidden="true" />
          </IconButton>
          <IconButton label="The whole matrix (0)" onClick={() => onView(null)} disabled={view === null}>
            <Maximize2 size={14} aria-hidden="true" />
          </IconButton>
          <span className={styles['progress']} role="status">
            {whole.reading !== null && (
              <>
                <span>
                  {`For a file: ${wholeNumber(whole.reading.rows)} of ${wholeNumber(whole.reading.positions)} rows of ${whole.reading.title}`}
                </span>
                <Button look="quiet" onClick={whole.stop}>
                  Stop
                </Button>
              </>
            )}
            {readable > attentionPositions && (
              <span>{`first ${wholeNumber(attentionPositions)} of ${wholeNumber(readable)} positions`}</span>
            )}
            {read.matrix.data.rows < positions && !failed && whole.reading === null && (
              <>
                <span>
                  {`${isStopped ? 'Stopped at' : 'Reading'} ${wholeNumber(read.matrix.data.rows)} of ${wholeNumber(positions)} positions`}
                </span>
                <Button
                  look="quiet"
                  onClick={() => {
                    setStopped(isStopped ? '' : `${key} ${layer} ${head ?? 'mean'}`);
                  }}
                >
                  {isStopped ? 'Go on' : 'Stop'}
                </Button>
              </>
            )}
          </span>
        </div>
        {read.error === null ? (
          <div ref={body} className={styles['body']}>
            <HeadGrid
              height={bodyHeight}
              overview={read.overview}
              positions={positions}
              shade={shade}
              hue={hue}
              head={head}
              onHead={setHead}
            />
            <MatrixView
              matrix={read.matrix}
              positions={positions}
              prompt={entry === undefined ? 0 : promptLength(entry)}
              shade={shade}
              hue={hue}
              tokenAt={tokens}
              cursorRow={cursorRow !== null && cursorRow < positions ? cursorRow : null}
              focus={focused}
              onFocus={onFocus}
              onRow={(at, pin) => {
                const step = entry === undefined ? null : stepOfPosition(entry, at);
                if (entry !== undefined && step !== null && (pin || cursor?.pinned !== true))
                  moveCursor(entry.run.id, entry.lane.lane, step, pin);
              }}
              view={view !== null && view.key === key ? view.view : null}
              onView={onView}
              label={`Attention in layer ${layer + 1}, ${headTitle}. Up and down move the row, left and right the position it looks at, plus and minus zoom.`}
              valueText={heading === '' ? 'No row chosen' : cellText === '' ? heading : `${heading}, looks ${cellText}`}
              content={content}
            />
            <LooksList
              heading={heading === '' ? 'Move over a row' : heading}
              attended={position === null ? [] : attended}
              stale={position !== null && row?.position !== position}
              tokenAt={tokens}
              hue={hue}
              column={cell}
              cellText={cellText}
              onColumn={(column) => {
                onFocus(column === null || position === null ? null : { row: position, column, by: 'list' });
              }}
            />
          </div>
        ) : (
          <div className={styles['failed']} role="alert">
            <strong>{read.error.message}</strong>
            <p>{read.error.hint}</p>
            <Button
              onClick={() => {
                setAttempt((before) => before + 1);
              }}
            >
              Try again
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}
