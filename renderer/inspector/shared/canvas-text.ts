/** A text cut with an ellipsis so that it is no wider than this, in the context's font; empty where not even that fits. */
export function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  for (let length = text.length - 1; length > 0; length--) {
    const cut = `${text.slice(0, length)}…`;
    if (context.measureText(cut).width <= width) return cut;
  }
  return '';
}

/** The fonts do not change with the theme. */
const fontFamilies = new Map<string, string>();

/** A family of the theme, `--font-data` or `--font-text`, as a canvas takes it. */
export function fontFamily(canvas: HTMLCanvasElement, name: string): string {
  const known = fontFamilies.get(name);
  if (known !== undefined) return known;
  const read = getComputedStyle(canvas).getPropertyValue(name);
  fontFamilies.set(name, read);
  return read;
}
