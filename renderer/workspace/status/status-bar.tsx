import { memo } from 'react';
import { useStore } from 'zustand';
import { modelsOfRun } from '../../../main/contract/lane-models';
import { deviceNames } from '../../../main/contract/devices';
import { formatBytes, formatCount } from '../../design/format';
import type { EngineState } from '../../state/engine-connection';
import type { RunView } from '../../state/run-view';
import type { Screen } from '../../state/screen';
import { sameTokens } from '../../state/same-tokens';
import { useServices } from '../../state/services';
import { CheckStatus } from './check-status';
import { ImportStatus } from './import-status';
import { ParityBadge } from './parity-badge';
import styles from './status-bar.module.css';

function engineText({ state, restarting }: EngineState): string {
  if (state === 'ready') return 'Engine ready';
  if (state === 'starting') return 'Engine starting…';
  return restarting ? 'Engine restarting…' : 'Engine lost';
}

/** Steps per second over all lanes: of a finished run over its time after the prompt, of a live one as its lanes report it. */
function stepsPerSecond(run: RunView): number {
  const { outcome } = run;
  if (outcome === null) return run.lanes.reduce((sum, lane) => sum + (lane.record?.tokensPerSecond ?? 0), 0);
  const steps = run.lanes.reduce((sum, lane) => sum + (lane.record?.steps ?? 0), 0);
  return (1000 * steps) / (outcome.milliseconds - outcome.prefillMilliseconds);
}

/** What computed a run: its models with their storage, device and threads. */
function factsOf(run: RunView): string {
  return modelsOfRun(run.info)
    .map(({ model, dtype, device, threads }) => `${model.name} · ${dtype} · ${deviceNames[device]}, ${formatCount(threads, 'thread')}`)
    .join(' | ');
}

/** Branches computed side by side. */
function rowsOf(run: RunView): number {
  return run.lanes.reduce((sum, lane) => sum + Math.max(1, lane.branches.length), 0);
}

export const StatusBar = memo(function StatusBar({ screen }: { readonly screen: Screen }) {
  const { engine, runs, workspace } = useServices();
  const state = useStore(engine.store);
  const recordingErrors = useStore(runs.store, (store) => store.recordingErrors);
  const alignment = useStore(workspace.store, (store) => store.alignment);
  const run = screen.runs.at(-1);
  const recordingError = run === undefined ? undefined : recordingErrors.get(run.id);
  const byText = alignment !== 'share' && !sameTokens(screen.runs.flatMap(({ lanes }) => lanes));
  const rate = run === undefined ? NaN : stepsPerSecond(run);

  return (
    <div className={styles['bar']} role="status" aria-live="off" aria-label="Status">
      <span className={styles['engine']} data-state={state.restarting ? 'starting' : state.state}>
        {engineText(state)}
      </span>
      {run !== undefined && (
        <>
          <span className={styles['engineFacts']} title={`${factsOf(run)} · ${run.info.engine}`}>
            {factsOf(run)}
            <span className={styles['engineName']}> · {run.info.engine}</span>
          </span>
          <span className="data">
            {formatCount(run.lanes.length, 'lane')} · {formatCount(rowsOf(run), 'row')}
            {Number.isFinite(rate) && rate > 0 && ` · ${formatCount(Math.round(rate), 'step')}/s`}
          </span>
          {recordingError !== undefined && (
            <span className={styles['bad']} title={recordingError.hint}>
              Not recorded: {recordingError.message}
            </span>
          )}
          {recordingError === undefined && run.trace !== null && (
            <span>
              {run.recorded ? 'Recorded trace' : 'Trace saved'} · {formatBytes(run.trace.bytes)}
            </span>
          )}
          {recordingError === undefined && run.trace === null && run.outcome === null && <span>Recording…</span>}
        </>
      )}
      <span className={styles['grow']} />
      <CheckStatus />
      <ImportStatus />
      <span
        className={styles['aligned']}
        title={byText ? 'The models cut text differently: steps stand side by side by their place in the text' : undefined}
      >
        aligned by {byText ? 'text, tokenizers differ' : alignment}
      </span>
      {run !== undefined && (
        <ParityBadge
          checks={run.outcome?.parity ?? []}
          nameOf={(id) => modelsOfRun(run.info).find(({ model }) => model.id === id)?.model.name ?? id}
        />
      )}
    </div>
  );
});
