import { deviceNames } from '../../../main/contract/devices';
import { formatBytes, formatDuration } from '../../design/format';
import { bytesDone, type LoadingModels, placeOf } from '../../state/loading-models';

/** "Loading A and B", or "Loading A, 1 of 2" once it is known which is being loaded. */
export function loadingTitle({ models, progress }: LoadingModels): string {
  const place = placeOf(models, progress);
  const now = models[place];
  if (now === undefined || models.length === 1) return `Loading ${models.map(({ name }) => name).join(' and ')}`;
  return `Loading ${now.name}, ${place + 1} of ${models.length}`;
}

/** How far it is: what is done, in bytes and time where they are known. */
export function loadingFacts(loading: LoadingModels): string {
  const { progress, secondsLeft } = loading;
  const { done, total } = bytesDone(loading);
  if (progress === null) return total > 0 ? `${formatBytes(total)} of weights` : '';
  if (progress.phase === 'starting') return `weights checked, starting on ${deviceNames[progress.device]}`;
  const left = secondsLeft === null || secondsLeft < 1 ? '' : ` · ${formatDuration(secondsLeft)} left`;
  const what = progress.phase === 'checking' ? 'weights checked' : 'checked, taken into memory';
  return `${what} ${formatBytes(done)} of ${formatBytes(total)}${left}`;
}

/** Share of the weights that is through the phase, 0 to 1; null while nothing tells how far it is. */
export function loadingShare(loading: LoadingModels): number | null {
  if (loading.progress === null || loading.progress.phase === 'starting') return null;
  const { done, total } = bytesDone(loading);
  return total > 0 ? Math.min(1, done / total) : null;
}
