import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { surprisalStops } from './surprisal-scale';

type Rgb = readonly [number, number, number];

/** Linear-light sRGB of a hex colour (IEC 61966-2-1). */
function fromHex(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Linear-light sRGB of an OKLCH colour (Ottosson 2020, "A perceptual color space for image processing"). */
function fromOklch(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function parse(colour: string): Rgb {
  const oklch = /oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)/.exec(colour);
  return oklch === null ? fromHex(colour) : fromOklch(Number(oklch[1]) / 100, Number(oklch[2]), Number(oklch[3]));
}

/** WCAG 2.2 contrast ratio. */
function contrast(one: string, other: string): number {
  const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [low, high] = [luminance(parse(one)), luminance(parse(other))].toSorted((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const [lightCss = '', darkCss = ''] = css.split(":root[data-theme='dark']");

describe.each([
  ['light', lightCss],
  ['dark', darkCss],
])('%s colours', (_, block) => {
  const token = (name: string): string => {
    const value = new RegExp(`--${name}: ([^;]+);`).exec(block)?.[1];
    if (value === undefined) throw new Error(`No --${name}`);
    return value;
  };
  const stops = Array.from({ length: surprisalStops }, (_, stop) => token(`surprisal-${stop}`));

  it.each(['ink', 'dim', 'faint', 'good', 'bad', 'warning', 'lane-direct', 'lane-cot', 'lane-best-of-n', 'lane-coconut'])(
    '%s reads on every plain background',
    (name) => {
      for (const background of ['panel', 'paper']) expect(contrast(token(name), token(background))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('text in cells reads on every stop of the surprisal scale', () => {
    for (const stop of stops) {
      expect(contrast(token('cell-ink'), stop)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(token('cell-dim'), stop)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('the surprisal scale steps evenly in lightness', () => {
    const lightness = stops.map((stop) => Number(/oklch\(([\d.]+)%/.exec(stop)?.[1]));
    const steps = lightness.slice(1).map((value, place) => value - (lightness[place] ?? NaN));
    for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? NaN, 5);
  });
});
