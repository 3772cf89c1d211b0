import { InterlinearError } from '../../main/contract/errors';
import { deviceOfModel } from '../../main/contract/lane-models';
import type { LaneSettings } from '../../main/contract/lanes';
import { laneStyles } from '../design/lane-style';
import { mayReplaceEngine, replaceEngine, wantsFreshEngine } from './fresh-engine';
import { onDevice } from './lane-commands';
import { modelOf, obstacleOf } from './model-commands';
import { runShortage } from './run-shortage';
import { runningModel, runningModels } from './running-models';
import { speaksOf } from './prompt-check';
import type { RunView } from './run-view';
import type { Services } from './services';
import { maximumRows, type WorkspaceRow } from './workspace-document';

/** Runs on screen that have not ended. */
export function liveRuns(services: Services): string[] {
  return services.workspace.document.rows.map((row) => row.run).filter((run) => services.runs.view(run)?.outcome === null);
}

/** Rows that stay when another one comes, or an error where there is no room. */
export function rowsThatStay(rows: readonly WorkspaceRow[]): readonly WorkspaceRow[] {
  const staying = rows.filter((row) => row.pinned);
  if (staying.length >= maximumRows) {
    throw new InterlinearError(
      'bad-request',
      `${maximumRows} runs are pinned, and no more fit on screen.`,
      'Unpin or close one of them first.',
    );
  }
  return staying;
}

/** Runs the workspace's lanes on its prompt; the unpinned row makes way. */
export async function startRun(services: Services): Promise<void> {
  const { document } = services.workspace;
  const { activity, checker, engine } = services;
  if (activity.store.getState().starting || liveRuns(services).length > 0) return;
  if (document.lanes.length === 0) throw new InterlinearError('bad-request', 'There is no lane to run.', 'Add a lane first.');
  if (document.prompt.trim() === '')
    throw new InterlinearError('bad-prompt', 'The prompt is empty.', 'Write one, or choose one that is offered.');
  const state = checker.store.getState();
  const problem = speaksOf(state, document) ? state.check?.problems.find((found) => found.severity === 'error') : undefined;
  if (problem !== undefined) throw new InterlinearError('bad-prompt', problem.message, problem.hint);
  const { facts } = engine.store.getState();
  const model = modelOf(facts, document.model);
  const lanes = document.lanes.filter((lane) => obstacleOf(facts, document.model, lane.settings) === null);
  if (lanes.length === 0) {
    throw new InterlinearError(
      'bad-request',
      `${model?.name ?? document.model} can run none of these lanes.`,
      'Add another lane, or choose another model.',
    );
  }
  rowsThatStay(document.rows);
  const shortage = runShortage(services);
  if (shortage !== null && activity.doubt(shortage, () => startRun(services))) return;
  // The run's own model is where the top bar says, also for a lane that had another device when it was not the run's.
  const isOwn = (lane: LaneSettings): boolean => (lane.model ?? document.model) === document.model;
  const settings = lanes.map((lane) => (isOwn(lane.settings) ? onDevice(lane.settings, undefined) : lane.settings));
  const running = runningModels(facts, { model: document.model, lanes: settings, device: document.device });
  const fresh = wantsFreshEngine(services, activity.leftBehind(running));
  await activity.starting(running, async ({ stopped, onProgress }) => {
    if (fresh) {
      await replaceEngine(services);
      await engine.whenReady();
      if (stopped()) return;
    }
    const request = engine.request(
      'run.start',
      {
        model: document.model,
        prompt: document.prompt,
        chat: model?.chat === true ? document.chat : null,
        lanes: settings,
        seed: document.seed,
        schedule: document.schedule,
        device: document.device,
      },
      { onLoad: onProgress },
    );
    const started = await request.catch((thrown: unknown) => {
      // Stopped while a model was on its way into memory: the engine was ended, and the run never began.
      if (stopped()) return null;
      throw thrown;
    });
    if (started === null) return;
    const { run } = started;
    // Stopped where the engine could not be ended: the model stays loaded, the run ends before its first step.
    if (stopped()) await engine.request('run.cancel', { run });
    // Rows as they are now: a fresh engine has opened those of before under new ids.
    const now = rowsThatStay(services.workspace.document.rows);
    services.workspace.setRows([...now, { run, pinned: false, columns: lanes.map((lane) => lane.key), extraColumns: [] }]);
  });
}

/** Stops every run on screen; what was computed stays. */
export async function stopRuns(services: Services): Promise<void> {
  const { loading } = services.activity.store.getState();
  services.activity.stopStarting();
  // A load cannot be broken off, and with another runtime the engine hears nothing meanwhile: ending it is the one way to stop that.
  if (loading !== null && mayReplaceEngine(services)) await replaceEngine(services);
  await Promise.all(liveRuns(services).map((run) => services.engine.request('run.cancel', { run })));
}

/** Forks a branch at a step: the run it comes from stays, the fork stands under it. */
export async function forkRun(services: Services, run: string, lane: number, branch: number, step: number, token: number): Promise<void> {
  const { rows } = services.workspace.document;
  const source = rows.find((row) => row.run === run);
  const column = source?.columns[lane];
  if (source === undefined || column === undefined) return;
  const staying = rowsThatStay(rows.map((row) => (row.run === run ? { ...row, pinned: true } : row)));
  const view = services.runs.view(run);
  const { document } = services.workspace;
  const model = view?.lanes[lane]?.modelInfo.model.id ?? document.model;
  const device = view ? deviceOfModel(view.info.request, model) : document.device;
  const running = runningModel(services.engine.store.getState().facts, model, device);
  await services.activity.starting([running], async ({ onProgress }) => {
    const fork = await services.engine.request('run.fork', { run, lane, branch, step, token }, { onLoad: onProgress });
    const extraColumns = source.extraColumns.filter((extra) => extra === column);
    services.workspace.setRows([...staying, { run: fork.run, pinned: false, columns: [column], extraColumns }]);
  });
}

/** One sentence on how a run ended, for screen readers. */
export function outcomeSentence(run: RunView): string {
  if (run.recorded) return 'Recorded run opened.';
  const titles = laneStyles(run.lanes.map((lane) => lane.settings));
  const answers = run.lanes.map((lane, place) => {
    const answer = lane.record?.answer ?? (lane.modelInfo.model.task === 'text' ? 'finished' : 'no answer');
    const verdict = lane.record?.verdict ?? 'none';
    return `${titles[place]?.title ?? 'Lane'}: ${answer}${verdict === 'none' ? '' : `, ${verdict}`}`;
  });
  return `Run ${run.outcome?.status ?? 'ended'}. ${answers.join('. ')}.`;
}
