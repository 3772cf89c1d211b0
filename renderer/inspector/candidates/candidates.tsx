import type { RunView } from '../../state/run-view';
import { type MouseEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { visibleToken } from '../../design/token-pieces';
import { Panel } from '../../design/panel';
import { Select, type SelectItem } from '../../design/select';
import type { InspectorProps } from '../inspector-props';
import { entryStep, laneEntries } from '../shared/lane-entries';
import { LaneMarker } from '../shared/lane-marker';
import { stepPanelState } from '../shared/panel-state';
import { usePanelFiles } from '../shared/use-panel-files';
import { CandidateBar } from './candidate-bar';
import { candidateRows, type Shown, stepOrigin, type StepOrigin } from './candidate-rows';
import { candidateTable, type LaneCandidates } from './candidate-table';
import styles from './candidates.module.css';
import { WatchList } from './watch-list';

const originNotes: Record<StepOrigin, string> = {
  sampled: '',
  forced: 'inserted by the lane, not drawn',
  thought: 'thought: fed back, nothing drawn',
};
const shownChoices = {
  auto: { count: 6, atLeast: 0.01 },
  '3': { count: 3, atLeast: 0 },
  '8': { count: 8, atLeast: 0 },
} as const satisfies Record<string, Shown>;
type ShownChoice = keyof typeof shownChoices;
const shownItems = [
  { value: 'auto', label: 'p ≥ 0.01', note: 'Up to six' },
  { value: '3', label: '3' },
  { value: '8', label: '8' },
] as const satisfies readonly SelectItem<ShownChoice>[];

export interface CandidatesPanelProps extends InspectorProps {
  readonly watch: readonly string[];
  readonly onWatch: (tokens: readonly string[]) => void;
  readonly controls?: ReactNode;
}

/** Top candidates of the step under the cursor, for every lane, before and after the sampler. */
export function CandidatesPanel({ runs, stepUnderCursor, onFork, watch, onWatch, controls }: CandidatesPanelProps) {
  const [shown, setShown] = useState<ShownChoice>('auto');
  const content = useRef<HTMLDivElement>(null);
  const lanes = useMemo(
    () => laneEntries(runs).map((entry): LaneCandidates => ({ entry, step: entryStep(entry, stepUnderCursor) })),
    [runs, stepUnderCursor],
  );
  const table = useMemo(() => () => candidateTable(lanes, watch), [lanes, watch]);
  const files = usePanelFiles('candidates', 'Candidates: bar after the sampler, tick before it', content, table);
  const vocabulary = useMemo(() => wordsOf(runs), [runs]);
  const state = stepPanelState(
    runs,
    lanes.some(({ step }) => step !== null),
    'Run a prompt, then move over a step to see what else could have stood there.',
  );

  return (
    <Panel
      title="Candidates"
      state={state}
      files={files}
      controls={controls}
      meta={
        <span
          className={styles['key']}
          title="Bar: probability after temperature, top-k, top-p and min-p. Tick: probability before them, at temperature 1."
        >
          bar: after sampler · tick: before
        </span>
      }
    >
      <div className={styles['tools']}>
        <WatchList tokens={watch} vocabulary={vocabulary} onChange={onWatch} />
        <Select label="Top" value={shown} items={shownItems} onChange={setShown} />
      </div>
      <div ref={content} className={styles['lanes']}>
        <div className={styles['heads']} aria-hidden="true">
          <span>after</span>
          <span>before</span>
          <span>rank</span>
        </div>
        {lanes.map(({ entry, step }) => {
          const origin = step === null ? 'sampled' : stepOrigin(step.record);
          const { vocabulary: words, layout } = entry.lane.modelInfo;
          const watched = watch.map((token) => words.indexOf(token)).filter((id) => id >= 0);
          const finished = entry.run.outcome !== null;
          const fork = (token: number): void => {
            if (step !== null && entry.branch !== null) onFork(entry.run.id, entry.lane.lane, entry.branch.branch, step.index, token);
          };
          return (
            <div key={entry.key} role="group" className={styles['lane']} aria-label={entry.title}>
              <h4 className={styles['name']}>
                <LaneMarker lane={entry.lane.lane} hue={entry.style.hue} />
                <span className={styles['title']}>{entry.title}</span>
                {entry.branch !== null && entry.lane.branches.length > 1 && (
                  <span className={styles['aside']}>branch {entry.branch.branch + 1}</span>
                )}
                {step !== null && (
                  <span className={styles['emitted']}>
                    {step.record.kind === 'token' ? visibleToken(words[step.record.tokenId] ?? '') : '◆'}
                  </span>
                )}
                <span className={styles['note']}>{step === null ? 'no step under the cursor' : originNotes[origin]}</span>
              </h4>
              {step !== null && (
                <ul
                  className={styles['rows']}
                  onClickCapture={(event: MouseEvent<HTMLUListElement>) => {
                    if (!event.altKey || !finished || !(event.target instanceof Element)) return;
                    const place = [...event.currentTarget.children].findIndex(
                      (child) => event.target instanceof Element && child.contains(event.target),
                    );
                    const row = candidateRows(step.record, words, layout.candidates, shownChoices[shown], watched)[place];
                    if (row === undefined) return;
                    event.preventDefault();
                    event.stopPropagation();
                    fork(row.id);
                  }}
                >
                  {candidateRows(step.record, words, layout.candidates, shownChoices[shown], watched).map((row) => (
                    <CandidateBar
                      key={row.id}
                      row={row}
                      hue={entry.style.hue}
                      kept={layout.candidates}
                      undrawn={origin !== 'sampled'}
                      onFork={
                        finished
                          ? () => {
                              fork(row.id);
                            }
                          : undefined
                      }
                    />
                  ))}
                </ul>
              )}
            </div>
          );
        })}
      </div>
    </Panel>
  );
}

/** Words of all models on screen, each once. */
function wordsOf(runs: readonly RunView[]): readonly string[] {
  const infos = runs.flatMap(({ lanes }) => lanes.map(({ modelInfo }) => modelInfo));
  const vocabularies = [...new Map(infos.map(({ model, vocabulary }) => [model.tokenizerHash ?? model.weightsHash, vocabulary])).values()];
  return vocabularies.length < 2 ? (vocabularies[0] ?? []) : [...new Set(vocabularies.flat())];
}
