import type { LoadProgress } from '../../main/contract/load-progress';

/** A model a run needs, on its device. */
export interface RunningModel {
  readonly id: string;
  readonly name: string;
  /** Of its weights; 0 where that is not known. */
  readonly bytes: number;
  readonly device: string;
}

/** Models on their way into memory, one after the other. */
export interface LoadingModels {
  readonly models: readonly RunningModel[];
  /** The last the engine said; null before it has said anything. */
  readonly progress: LoadProgress | null;
  /** The first it said of that model in that phase, and when, in milliseconds. */
  readonly since: { readonly model: string; readonly phase: LoadProgress['phase']; readonly doneBytes: number; readonly at: number } | null;
  /** Until all weights are through the phase; null where that is not known. */
  readonly secondsLeft: number | null;
}

/** A rate measured over less than this says little. */
const measuredMilliseconds = 500;

export function beginLoading(models: readonly RunningModel[]): LoadingModels {
  return { models, progress: null, since: null, secondsLeft: null };
}

/** What is known once the engine has said more. @param now milliseconds */
export function withProgress(before: LoadingModels, progress: LoadProgress, now: number): LoadingModels {
  const { model, phase, doneBytes } = progress;
  const isSame = before.since?.model === model && before.since.phase === phase;
  const since = isSame ? before.since : { model, phase, doneBytes, at: now };
  const elapsed = now - since.at;
  const rate = elapsed < measuredMilliseconds ? 0 : (doneBytes - since.doneBytes) / (elapsed / 1000);
  const { done, total } = bytesDone({ ...before, progress });
  return { ...before, progress, since, secondsLeft: phase !== 'starting' && rate > 0 ? (total - done) / rate : null };
}

/** Bytes of weights that have been checked, of all models, or of one those that have been taken; and how many there are. */
export function bytesDone({ models, progress }: Pick<LoadingModels, 'models' | 'progress'>): { done: number; total: number } {
  if (progress?.phase === 'taking') return { done: progress.doneBytes, total: progress.totalBytes };
  const place = placeOf(models, progress);
  // What the engine finds on disk counts for the model it speaks of.
  const size = (model: RunningModel, at: number): number => (at === place && progress !== null ? progress.totalBytes : model.bytes);
  const before = models.slice(0, Math.max(0, place)).reduce((sum, { bytes }) => sum + bytes, 0);
  return { done: before + (progress?.doneBytes ?? 0), total: models.reduce((sum, model, at) => sum + size(model, at), 0) };
}

/** Which of the models is being loaded, from 0; -1 while that is not known. */
export function placeOf(models: readonly RunningModel[], progress: LoadProgress | null): number {
  return models.findIndex(({ id }) => id === progress?.model);
}
