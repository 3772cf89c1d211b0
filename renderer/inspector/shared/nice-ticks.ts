/**
 * Round values for an axis, from at or below `low` to at or above `high`: steps of 1, 2 or 5 times a power of ten.
 * @param count steps wanted at the most
 * @param whole only whole numbers (step numbers)
 */
export function niceTicks(low: number, high: number, count: number, whole = false): number[] {
  const span = high > low ? high - low : 1;
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999) ?? 10 * power;
  if (whole) step = Math.max(1, Math.round(step));
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(low === high ? (low + span) / step : high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
