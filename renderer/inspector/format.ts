/** What stands where a quantity is not defined or was not recorded. */
export const notAvailable = '–';

const minus = (text: string): string => text.replace('-', '−');

/** A probability to three decimals; what would read 0.000 or 1.000 without being it is written so that it cannot mislead. */
export function probability(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return notAvailable;
  if (value === 0) return '0';
  if (value < 0.0005) return value.toExponential(0).replace('e-', 'e−');
  if (value >= 0.9995 && value < 1) return '>.999';
  return value.toFixed(3);
}

/** Share of one as a percentage. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined || !Number.isFinite(share)
    ? notAvailable
    : `${(share * 100).toFixed(share < 0.0995 && share > 0 ? 1 : 0)} %`;
}

/** Whole numbers with thin spaces between thousands. */
export function whole(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return notAvailable;
  return minus(String(Math.round(value))).replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
}

const scales: readonly (readonly [number, string])[] = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** Three significant figures with an SI prefix, for example `1.25 M`. */
export function scaled(value: number | null | undefined, unit = ''): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return notAvailable;
  const [factor, prefix] = scales.find(([limit]) => Math.abs(value) >= limit) ?? [1, ''];
  const reduced = value / factor;
  const text = Number.isInteger(reduced) && factor === 1 ? String(reduced) : String(Number(reduced.toPrecision(3)));
  return `${minus(text)} ${prefix}${unit}`.trim();
}
