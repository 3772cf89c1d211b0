/** "10 000": a whole number, its thousands apart, in the window, on a terminal and in messages of the engine. */
export function formatWhole(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/gu, '\u202f');
}
