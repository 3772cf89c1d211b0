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

/** "41 kB", powers of 1000 */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return notAvailable;
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** "1 step", "12 steps", "10 000 steps" */
export function formatCount(count: number, singular: string, plural = `${singular}s`): string {
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return `${digits} ${count === 1 ? singular : plural}`;
}

/** A token as text in which spaces, tabs and line ends can be seen. */
export function visibleToken(text: string): string {
  if (text === '') return '∅';
  return text.replaceAll(' ', '·').replaceAll('\n', '↵').replaceAll('\t', '⇥').replaceAll('\r', '␍');
}
