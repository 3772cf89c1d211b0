import { Plus } from 'lucide-react';
import { memo, useCallback, useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { laneKinds } from '../../../main/contract/lanes';
import type { ModelSummary } from '../../../main/contract/model';
import { classNames } from '../../design/class-names';
import { IconButton } from '../../design/icon-button';
import { laneKindDescription, laneKindTitle } from '../../design/lane-style';
import { laneVariables } from '../../design/lane-variables';
import { Menu } from '../../design/menu';
import { addLane, moveLane } from '../../state/lane-commands';
import { laneControl, laneObstacle, modelOf, obstacleOf } from '../../state/model-commands';
import type { Screen, ScreenColumn, ScreenRow } from '../../state/screen';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import { compareLanes, type LaneDifference } from './compare-rows';
import { LaneCell } from './lane-cell';
import styles from './lane-grid.module.css';
import { LaneHead } from './lane-head';
import { DoubtBar } from './doubt-bar';
import { LoadingBar } from './loading-bar';
import { ModelNotes, useModelReports } from './model-notes';
import { useDelayed } from './use-delayed';
import { LaneAnswer, LaneFacts, LaneProgress } from './lane-result';
import { laneStatus } from './lane-status';
import { readsSubWords } from '../strip/cell-content';
import { RowBar } from './row-bar';
import { useLaneDrop } from './use-lane-drop';

/** A model that loads in less than this is not worth a word. */
const loadingDelay = 250;

interface LaneColumnProps {
  /** The lane's model in the next run, where it is known. */
  readonly model: ModelSummary | undefined;
  /** Why the next run cannot have this lane; null where it can. */
  readonly obstacle: string | null;
  /** Name of the lane's model, where lanes are on several. */
  readonly modelName: string | null;
  readonly column: ScreenColumn;
  readonly place: number;
  readonly count: number;
  readonly rows: readonly ScreenRow[];
}

function differenceOf(rows: readonly ScreenRow[], row: number, place: number): LaneDifference | null {
  const here = rows[row];
  const above = rows[row - 1];
  const lane = here?.cells[place];
  const laneAbove = above?.cells[place];
  if (here?.run === undefined || above?.run === undefined || lane === undefined || laneAbove === undefined) return null;
  return compareLanes(above.run, laneAbove, here.run, lane);
}

function LaneColumn({ column, place, count, rows, model, obstacle, modelName }: LaneColumnProps) {
  const services = useServices();
  const element = useRef<HTMLElement>(null);
  const takeLane = useCallback(
    (key: string) => {
      moveLane(services, key, place);
    },
    [services, place],
  );
  const dropping = useLaneDrop(element, takeLane);
  const single = rows.length === 1 ? rows[0] : undefined;
  const lane = single?.cells[place];
  const run = single?.run;
  const status = run !== undefined && lane !== undefined ? laneStatus(run, lane) : null;
  const changed = column.editable && lane !== undefined && JSON.stringify(lane.settings) !== JSON.stringify(column.settings);

  return (
    <section
      ref={element}
      aria-label={column.style.title}
      className={classNames(styles['column'], dropping && styles['dropping'])}
      style={{ ...laneVariables(column.style.hue), gridColumn: place + 1 }}
    >
      <LaneHead
        column={column}
        place={place}
        count={count}
        changed={changed}
        obstacle={obstacle}
        control={laneControl(lane?.modelInfo.model ?? model, column.settings.kind)}
        modelName={modelName}
        answer={
          status !== null &&
          run !== undefined &&
          lane !== undefined && <LaneAnswer lane={lane} status={status} free={readsSubWords(lane)} />
        }
        facts={status !== null && <LaneFacts status={status} />}
        progress={status !== null && <LaneProgress title={column.style.title} status={status} />}
      />
      {rows.length === 0 && (
        <div className={styles['body']} style={{ gridRow: 3 }}>
          <LaneCell column={column} run={undefined} lane={undefined} obstacle={obstacle} withResult={false} difference={null} />
        </div>
      )}
      {rows.map((row, index) => (
        <div key={row.row.run} className={styles['body']} style={{ gridRow: 3 + 2 * index }}>
          <LaneCell
            column={column}
            run={row.run}
            lane={row.cells[place]}
            obstacle={column.editable && row.run !== undefined ? laneObstacle(row.run.info.model, column.settings.kind) : null}
            withResult={rows.length > 1}
            difference={differenceOf(rows, index, place)}
          />
        </div>
      ))}
    </section>
  );
}

const AddLane = memo(function AddLane({ model }: { /** Of the next run, where it is known. */ readonly model: ModelSummary | undefined }) {
  const services = useServices();
  return (
    <div className={styles['add']}>
      <Menu
        align="end"
        entries={laneKinds.map((kind) => ({
          key: kind,
          label: laneKindTitle(kind),
          note: laneObstacle(model, kind) ?? laneKindDescription(kind),
          disabled: laneObstacle(model, kind) !== null,
          onSelect: () => {
            perform(() => {
              addLane(services, kind);
            });
          },
        }))}
        trigger={
          <IconButton label="Add lane">
            <Plus size={15} aria-hidden="true" />
          </IconButton>
        }
      />
    </div>
  );
});

/** Lanes in columns, runs in rows, under one cursor. */
export const LaneGrid = memo(function LaneGrid({
  screen,
  hint,
}: {
  readonly screen: Screen;
  /** Stands where the first run's bar will be. */ readonly hint: string;
}) {
  const { columns, rows } = screen;
  const { engine, workspace, activity } = useServices();
  const scroller = useRef<HTMLDivElement>(null);
  const lowestBar = useRef<HTMLDivElement>(null);
  const chosen = useStore(workspace.store, (state) => state.document.model);
  const facts = useStore(engine.store, (state) => state.facts);
  const model = modelOf(facts, chosen);
  const names = columns.map(({ settings }, place) => {
    const shown = rows.length === 1 ? rows[0]?.cells[place]?.modelInfo.model.name : undefined;
    const id = settings.model ?? chosen;
    return shown ?? modelOf(facts, id)?.name ?? id;
  });
  const several = new Set(names).size > 1;
  const starting = useStore(activity.store, (state) => state.loading);
  const doubt = useStore(activity.store, (state) => state.doubt);
  const long = useDelayed(starting !== null, loadingDelay);
  const loading = long ? starting : null;
  /** Something stands where the next run will. */
  const ahead = loading !== null || doubt !== null;
  const reports = useModelReports(rows);
  const lowest = rows.at(-1)?.row.run;
  // A new run stands under the others: it is what the user has asked for, so it comes into view.
  useEffect(() => {
    const view = scroller.current;
    if (view === null) return;
    if (ahead) view.scrollTo({ top: view.scrollHeight });
    else if (lowest !== undefined && lowestBar.current !== null) {
      // As high as it goes with its bar under the lanes' heads: where there is no room for all of it, its end is what is out of sight.
      const head = view.querySelector('header')?.offsetHeight ?? 0;
      view.scrollTop += lowestBar.current.getBoundingClientRect().top - view.getBoundingClientRect().top - head;
    }
  }, [lowest, ahead]);
  const tracks = Math.max(1, rows.length);
  return (
    <div ref={scroller} className={styles['scroller']} tabIndex={-1}>
      <div
        className={styles['grid']}
        style={{
          gridTemplateColumns: `repeat(${Math.max(1, columns.length)}, minmax(236px, 1fr)) 36px`,
          gridTemplateRows: [
            'auto',
            ...Array.from({ length: tracks }, () => `${rows.length === 0 ? 'auto' : '27px'} minmax(${rows.length > 1 ? 128 : 72}px, 1fr)`),
            ...(rows.length > 0 && (ahead || reports.length > 0) ? ['auto'] : []),
          ].join(' '),
        }}
      >
        {columns.length === 0 && <p className={styles['none']}>No lanes. Add one with + at the right, or undo.</p>}
        {columns.map((column, place) => (
          <LaneColumn
            key={column.key}
            column={column}
            place={place}
            count={columns.length}
            rows={rows}
            model={modelOf(facts, column.settings.model ?? chosen)}
            obstacle={column.editable ? obstacleOf(facts, chosen, column.settings) : null}
            modelName={several ? (names[place] ?? null) : null}
          />
        ))}
        <AddLane model={model} />
        {(ahead || rows.length === 0 || reports.length > 0) && (
          <div className={styles['rowBar']} style={{ gridRow: 2 + 2 * rows.length }}>
            {loading !== null && <LoadingBar loading={loading} />}
            {loading === null && doubt !== null && <DoubtBar doubt={doubt} />}
            {rows.length === 0 && !ahead && <p className={styles['hint']}>{hint}</p>}
            {!ahead && reports.length > 0 && <ModelNotes reports={reports} />}
          </div>
        )}
        {rows.map((row, index) => (
          <div
            key={row.row.run}
            ref={index === rows.length - 1 ? lowestBar : undefined}
            className={styles['rowBar']}
            style={{ gridRow: 2 + 2 * index }}
          >
            <RowBar row={row} place={index} count={rows.length} />
          </div>
        ))}
      </div>
    </div>
  );
});
