import type { ImportJob, InstalledModel } from '../../../main/contract/library';
import type { MemoryFacts } from '../../../main/contract/memory';
import type { ModelSummary } from '../../../main/contract/model';
import { formatWhole } from '../../../main/contract/format-whole';
import { formatBytes, formatCount, formatDuration, formatParameters } from '../../design/format';
import { type Shortage, shortageOf } from '../../state/memory';
import { memoryNeeded, shownContexts } from '../../state/model-memory';

const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

const licenceText = ({ license }: ModelSummary): string => (license === 'unknown' ? 'licence unknown' : license);

/** "llama · 135 M parameters · 30 layers · int4 · 98.0 MB · Apache-2.0" */
export function modelFacts(model: ModelSummary): string {
  return [
    model.architecture,
    `${formatParameters(model.parameters)} parameters`,
    formatCount(model.layers, 'layer'),
    model.dtype,
    ...(model.bytes > 0 ? [formatBytes(model.bytes)] : []),
    licenceText(model),
  ].join(' · ');
}

/** "int4 · 98.0 MB · Apache-2.0": what tells models apart in a menu. */
export function shortModelFacts(model: ModelSummary): string {
  return [model.dtype, ...(model.bytes > 0 ? [formatBytes(model.bytes)] : []), licenceText(model)].join(' · ');
}

/** "285 MB at 1 024 tokens, 615 MB at 8 192": what loading takes, and the cache. */
export function memoryText(model: ModelSummary): string {
  const [first, ...rest] = shownContexts(model).map((positions) => ({ positions, bytes: formatBytes(memoryNeeded(model, positions)) }));
  if (first === undefined) return '';
  return [
    `${first.bytes} at ${formatCount(first.positions, 'token')}`,
    ...rest.map((one) => `${one.bytes} at ${formatWhole(one.positions)}`),
  ].join(', ');
}

/** "1.24 GB; 805 MB of 8.00 GB are free" */
export function shortageText({ neededBytes, availableBytes, totalBytes }: Shortage): string {
  return `${formatBytes(neededBytes)}; ${formatBytes(availableBytes)} of ${formatBytes(totalBytes)} are free`;
}

/** "more than is free: 805 MB of 8.00 GB"; empty where a model fits at its everyday context, or where that is not known. */
export function memoryWarning(known: MemoryFacts | null, model: ModelSummary): string {
  const [everyday] = shownContexts(model);
  const shortage = everyday === undefined ? null : shortageOf(known, memoryNeeded(model, everyday));
  return shortage === null ? '' : `more than is free: ${formatBytes(shortage.availableBytes)} of ${formatBytes(shortage.totalBytes)}`;
}

/** "from hub org/name, imported 24 Nov 2026" */
export function originText({ source, importedAt }: InstalledModel): string {
  const date = importedAt === null ? NaN : Date.parse(importedAt);
  return Number.isNaN(date) ? source : `${source}, imported ${dateFormat.format(date)}`;
}

/** "45.2 MB of 98.0 MB · 12.3 MB/s · 4 s left" */
export function progressText({ doneBytes, totalBytes, bytesPerSecond, secondsLeft }: ImportJob): string {
  return [
    ...(totalBytes !== null || doneBytes > 0
      ? [totalBytes === null ? formatBytes(doneBytes) : `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`]
      : []),
    ...(bytesPerSecond !== null ? [`${formatBytes(Math.round(bytesPerSecond))}/s`] : []),
    ...(secondsLeft !== null ? [`${formatDuration(secondsLeft)} left`] : []),
  ].join(' · ');
}
