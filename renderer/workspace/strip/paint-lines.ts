import { stepKinds } from '../../../main/contract/steps';
import { surprisalStop, surprisalStops } from '../../design/surprisal-scale';
import { visibleToken } from '../../design/token-pieces';
import type { StepSeries } from '../../state/run-view';
import type { LinePacker } from './pack-cells';

/** Lines of a strip as they fly past: colour and token of every step. What takes longer to read than they are in view is left out. */
export interface FlyingLines {
  readonly packer: LinePacker;
  readonly steps: StepSeries;
  readonly vocabulary: readonly string[];
  readonly lineHeight: number;
  /** Pixels the view is scrolled down, and its size. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Pixels from a cell's left edge to its text, and from the line's top to the text's base. */
  readonly inset: { readonly x: number; readonly y: number };
  /** CSS font of the token. */
  readonly font: string;
  /** The cursor's step, or null. */
  readonly current: number | null;
}

/** Colours of the theme. */
export interface FlyingInk {
  readonly panel: string;
  readonly text: string;
  readonly cursor: string;
  readonly lane: string;
  readonly shades: readonly string[];
}

const isText = (kind: number): boolean => stepKinds[kind] === 'token' || stepKinds[kind] === 'prompt';

export function readInk(canvas: HTMLCanvasElement): FlyingInk {
  const style = getComputedStyle(canvas);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    panel: read('--panel'),
    text: read('--cell-ink'),
    cursor: read('--cursor'),
    lane: read('--lane'),
    shades: Array.from({ length: surprisalStops }, (_, stop) => read(`--surprisal-${stop}`)),
  };
}

/** Paints and shows the canvas, from columns of numbers: no step becomes an object, no element a cell. */
export function paintLines(canvas: HTMLCanvasElement, lines: FlyingLines, ink: FlyingInk): void {
  const { packer, steps, vocabulary, lineHeight, top, width, height, inset, current } = lines;
  canvas.hidden = false;
  const scale = devicePixelRatio;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.fillStyle = ink.panel;
  context.fillRect(0, 0, width, height);
  context.font = lines.font;
  context.fontKerning = 'none';
  const [kinds, tokens, forced] = [steps.column('kind'), steps.column('tokenId'), steps.column('forced')];
  const [surprisal, entropy] = [steps.column('surprisal'), steps.column('entropy')];
  const end = Math.min(packer.lineCount, Math.ceil((top + height) / lineHeight));
  for (let line = Math.max(0, Math.floor(top / lineHeight)); line < end; line++) {
    const [first, last] = packer.line(line);
    const y = line * lineHeight - top;
    let x = 0;
    for (let step = first; step < last; step++) {
      const room = packer.widthOf(step);
      const word = isText(kinds[step] ?? -1);
      const stop = forced[step] === 1 ? null : surprisalStop((word ? surprisal : entropy)[step] ?? NaN);
      if (stop !== null) {
        context.fillStyle = ink.shades[stop] ?? ink.text;
        context.fillRect(x, y, room, lineHeight - 2);
      }
      if (step === current) {
        context.strokeStyle = ink.cursor;
        context.strokeRect(x + 0.5, y + 0.5, room - 1, lineHeight - 3);
      }
      context.fillStyle = word ? ink.text : ink.lane;
      context.fillText(word ? visibleOf(vocabulary, tokens[step] ?? -1) : '◆', x + inset.x, y + inset.y);
      x += room + packer.gap;
    }
  }
}

const shown = new WeakMap<readonly string[], Map<number, string>>();

/** A token's text with its whitespace visible, worked out once. */
function visibleOf(vocabulary: readonly string[], token: number): string {
  const known = shown.get(vocabulary) ?? new Map<number, string>();
  shown.set(vocabulary, known);
  const text = known.get(token) ?? visibleToken(vocabulary[token] ?? `#${token}`);
  known.set(token, text);
  return text;
}
