/**
 * Wilson score interval for a proportion: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), p = successes / n.
 * Unlike the normal interval it stays inside 0 to 1 and keeps its coverage near the ends.
 * @param z standard normal quantile; 1.959964 gives 95 %
 * @source E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209
 */
export function wilsonInterval(successes: number, trials: number, z = 1.959963984540054): { low: number; high: number } {
  if (trials <= 0 || successes < 0 || successes > trials) throw new RangeError(`No proportion in ${successes} of ${trials}`);
  const p = successes / trials;
  const z2 = z * z;
  const scale = 1 + z2 / trials;
  const centre = (p + z2 / (2 * trials)) / scale;
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials * trials));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
