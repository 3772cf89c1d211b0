import { formatWhole } from '../../main/contract/format-whole';

const notAvailable = '–';

/** "1.02": two decimals, a dash where there is no number. */
export function formatNumber(value: number, decimals = 2): string {
  if (!Number.isFinite(value)) return notAvailable;
  const text = value.toFixed(decimals);
  // "-0.00" says something that is not so.
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** "1.02 b" */
export function formatBits(bits: number): string {
  return Number.isFinite(bits) ? `${formatNumber(bits)} b` : notAvailable;
}

/** ".48", "1.0": as short as a cell needs. */
export function formatProbability(probability: number): string {
  if (!Number.isFinite(probability)) return notAvailable;
  if (probability >= 0.995) return '1.0';
  return probability.toFixed(2).replace(/^0/, '');
}

/** "22 ms", "1.4 s", "2 min 5 s" */
export function formatMilliseconds(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return notAvailable;
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** "41 kB", "98.0 MB", "1.24 GB": powers of 1000 */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return notAvailable;
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  if (bytes < 999_500_000) return `${bytes < 99_950_000 ? (bytes / 1_000_000).toFixed(1) : Math.round(bytes / 1_000_000)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(bytes < 99_950_000_000 ? 2 : 0)} GB`;
}

/** "4 s", "2 min 5 s", "1 h 12 min": how long something will take, which is not known to the tenth. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return notAvailable;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** "395 k", "135 M", "7.2 B": parameters of a model, as people call it. */
export function formatParameters(parameters: number): string {
  if (!Number.isFinite(parameters) || parameters <= 0) return notAvailable;
  const scale = (value: number): string => value.toPrecision(value < 9.995 ? 2 : 3).replace(/\.0+$/, '');
  if (parameters < 999_500) return `${scale(parameters / 1000)} k`;
  if (parameters < 999_500_000) return `${scale(parameters / 1_000_000)} M`;
  return `${scale(parameters / 1_000_000_000)} B`;
}

/** "1 step", "12 steps", "10 000 steps" */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatWhole(count)} ${count === 1 ? singular : plural}`;
}
