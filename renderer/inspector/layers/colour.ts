/** Red, green and blue, each 0 to 255. */
export type Rgb = readonly [number, number, number];

/** `share` 0 gives `from`, 1 gives `to`; mixed in sRGB, as an overlay of that opacity would be. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (i: 0 | 1 | 2): number => from[i] + (to[i] - from[i]) * share;
  return [channel(0), channel(1), channel(2)];
}

const linear = (value: number): number => {
  const c = value / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
};

/** @source WCAG 2.2, relative luminance */
function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Contrast of two colours, 1 to 21. @source WCAG 2.2, contrast ratio */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];

/** Black or white, whichever reads better; one of them always has a contrast of at least 4.58. */
export function readableOn(background: Rgb): Rgb {
  return contrast(background, white) >= contrast(background, black) ? white : black;
}

export const css = ([red, green, blue]: Rgb): string => `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;

/** Read once each in a theme: asking the page for a style while it changes makes it lay everything out. */
const themeColours = new Map<string, Rgb>();

/** Reads a colour of the theme, `var(--name)` or plain, as it applies to an element in the theme of that number. */
export function themeColour(element: Element, colour: string, theme: number): Rgb {
  const key = `${theme} ${colour}`;
  const known = themeColours.get(key);
  if (known !== undefined) return known;
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
  const value = (name === undefined ? colour : getComputedStyle(element).getPropertyValue(name)).trim();
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (context === null) return black;
  context.fillStyle = value;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  const read: Rgb = [red, green, blue];
  themeColours.set(key, read);
  return read;
}
