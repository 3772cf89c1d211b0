import { canvasToken } from '../../design/token-pieces';
import { fitted, fontFamily } from '../shared/canvas-text';
import { css, mix, readableOn, type Rgb, themeColour } from './colour';
import {
  gutter,
  type HeatmapCell,
  type HeatmapLayout,
  type HeatmapSection,
  nameHeight,
  numberStart,
  rowOfStream,
  sectionHead,
  streamName,
  visibleSteps,
} from './heatmap-layout';
import type { LensMeasure } from './lens-measure';

export interface HeatmapView {
  readonly scrollLeft: number;
  readonly scrollTop: number;
  readonly width: number;
  readonly height: number;
  /** Counts lens readings that came after their steps: what was drawn before lacks them. */
  readonly lenses: number;
  /** Counts changes of the theme: what was read of an older one is read anew. */
  readonly theme: number;
}

/** Shade 0 is still told from the panel, shade 1 is the lane's own hue. */
const weakest = 0.05;
/** A lens not read yet is a short dash: told from what was read, whatever its shade, and from where there is no step. */
const dash = { length: 4, ink: 0.25 } as const;

interface Ink {
  readonly context: CanvasRenderingContext2D;
  readonly panel: Rgb;
  readonly unread: Rgb;
  readonly ink: string;
  readonly dim: string;
  readonly cursor: string;
  readonly data: string;
}

function emittedText(section: HeatmapSection, step: number): string {
  const record = section.entry.branch?.steps.at(step);
  if (record === undefined) return '';
  if (record.kind !== 'token') return '◆';
  return canvasToken(section.entry.lane.modelInfo.vocabulary[record.tokenId] ?? '');
}

function drawHead(
  section: HeatmapSection,
  layout: HeatmapLayout,
  view: HeatmapView,
  first: number,
  last: number,
  { context, ink, dim, data }: Ink,
): void {
  const base = section.top + sectionHead(layout.sections.length) - 6;
  const every = Math.max(1, Math.ceil(44 / layout.columnWidth));
  for (let step = first - (first % every); step < last; step += every) {
    const current = step === section.cursor;
    context.font = `${current ? 700 : 450} 11px ${data}`;
    context.fillStyle = current ? ink : dim;
    const x = gutter + step * layout.columnWidth;
    if (every > 1) {
      const label = String(step + 1);
      const start = numberStart(x, context.measureText(label).width, layout, view);
      if (start !== null) context.fillText(label, start, base);
    } else context.fillText(fitted(context, emittedText(section, step), layout.columnWidth - 6), x + 7, base);
  }
}

function drawCells(
  section: HeatmapSection,
  layout: HeatmapLayout,
  measure: LensMeasure,
  first: number,
  last: number,
  hue: Rgb,
  ink: Ink,
): void {
  const { context, panel, unread, data } = ink;
  const { columnWidth, rowHeight } = layout;
  const { vocabulary } = section.entry.lane.modelInfo;
  const top = section.top + sectionHead(layout.sections.length);
  const gap = columnWidth >= 24 && rowHeight >= 8 ? 2 : columnWidth >= 6 ? 1 : 0;
  const words = columnWidth >= 40;
  const numbers = words && rowHeight >= 34;
  for (let step = first; step < last; step++) {
    const record = section.entry.branch?.steps.at(step);
    if (record === undefined) continue;
    const x = gutter + step * columnWidth;
    for (let stream = 0; stream < section.streams; stream++) {
      const reading = record.layers[stream];
      const shade = reading === undefined ? NaN : measure.shade(reading, vocabulary.length);
      const y = top + rowOfStream(section, stream) * rowHeight;
      if (reading === undefined) continue;
      if (Number.isNaN(shade)) {
        const length = Math.min(dash.length, Math.max(1, columnWidth / 2));
        context.fillStyle = css(unread);
        context.fillRect(Math.round(x + (columnWidth - gap - length) / 2), Math.floor(y + rowHeight / 2), length, 1);
        continue;
      }
      const background = mix(panel, hue, weakest + (1 - weakest) * shade);
      context.fillStyle = css(background);
      if (gap === 2) {
        context.beginPath();
        context.roundRect(x, y, columnWidth - gap, rowHeight - gap, 3);
        context.fill();
      } else context.fillRect(x, y, columnWidth - gap, rowHeight - (gap === 0 || rowHeight < 5 ? 0 : 1));
      if (!words) continue;
      const text = canvasToken(vocabulary[reading.top.ids[0] ?? -1] ?? '');
      context.fillStyle = css(readableOn(background));
      context.font = `600 12px ${data}`;
      context.fillText(fitted(context, text, columnWidth - 14), x + 7, y + (numbers ? rowHeight / 2 - 3 : rowHeight / 2 + 3));
      if (!numbers) continue;
      context.font = `450 11px ${data}`;
      context.fillText(fitted(context, measure.text(reading), columnWidth - 14), x + 7, y + rowHeight / 2 + 11);
    }
  }
}

function drawNames(
  section: HeatmapSection,
  layout: HeatmapLayout,
  view: HeatmapView,
  { context, panel, ink, dim, data }: Ink,
  text: string,
): void {
  const top = section.top + sectionHead(layout.sections.length);
  context.fillStyle = css(panel);
  // And over the lower edge of the cursor's column, where that has been scrolled to the left.
  context.fillRect(view.scrollLeft, section.top, gutter - 2, top - section.top + section.streams * layout.rowHeight + 2);
  const every = Math.max(1, Math.ceil(14 / layout.rowHeight));
  context.font = `450 11px ${data}`;
  context.fillStyle = dim;
  for (let stream = 0; stream < section.streams; stream += every) {
    context.fillText(streamName(stream), view.scrollLeft, top + (rowOfStream(section, stream) + 0.5) * layout.rowHeight + 3);
  }
  if (layout.sections.length > 1) {
    context.font = `550 12px ${text}`;
    context.fillStyle = ink;
    context.fillText(section.entry.title, view.scrollLeft, section.top + nameHeight - 5);
  }
}

function outline(context: CanvasRenderingContext2D, colour: string, width: number, x: number, y: number, w: number, h: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.roundRect(x, y, w, h, 4);
  context.stroke();
}

/**
 * Draws the part of the heatmap that the window shows. Only the steps seen are decoded.
 * @param focused the cell the keyboard or the pointer is on
 */
export function drawHeatmap(
  canvas: HTMLCanvasElement,
  layout: HeatmapLayout,
  measure: LensMeasure,
  view: HeatmapView,
  focused: HeatmapCell | null,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const scale = window.devicePixelRatio;
  canvas.width = Math.ceil(view.width * scale);
  canvas.height = Math.ceil(view.height * scale);
  const tone = (name: string): Rgb => themeColour(canvas, `var(--${name})`, view.theme);
  const data = fontFamily(canvas, '--font-data');
  const ink: Ink = {
    context,
    panel: tone('panel'),
    unread: mix(tone('panel'), tone('ink'), dash.ink),
    ink: css(tone('ink')),
    dim: css(tone('dim')),
    cursor: css(tone('cursor')),
    data,
  };
  context.scale(scale, scale);
  context.fillStyle = css(ink.panel);
  context.fillRect(0, 0, view.width, view.height);
  context.translate(-view.scrollLeft, -view.scrollTop);
  for (const section of layout.sections) {
    const head = sectionHead(layout.sections.length);
    const height = head + section.streams * layout.rowHeight;
    if (section.top > view.scrollTop + view.height || section.top + height < view.scrollTop) continue;
    const { first, last: end } = visibleSteps(layout, view);
    const last = Math.min(section.steps, end);
    drawHead(section, layout, view, first, last, ink);
    drawCells(section, layout, measure, first, last, tone(section.entry.style.hue.slice(6, -1)), ink);
    const rows = section.streams * layout.rowHeight;
    if (section.cursor !== null) {
      const wide = Math.max(4, layout.columnWidth);
      outline(context, ink.cursor, 1.6, gutter + section.cursor * layout.columnWidth - 2, section.top + head - 2, wide + 2, rows + 2);
    }
    if (focused?.section.entry.key === section.entry.key) {
      const y = section.top + head + rowOfStream(section, focused.stream) * layout.rowHeight;
      outline(
        context,
        ink.cursor,
        2.4,
        gutter + focused.step * layout.columnWidth,
        y,
        Math.max(3, layout.columnWidth - 2),
        layout.rowHeight - 2,
      );
    }
    drawNames(section, layout, view, ink, fontFamily(canvas, '--font-text'));
  }
}
