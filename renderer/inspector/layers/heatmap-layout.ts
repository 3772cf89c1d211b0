import type { LaneEntry } from '../shared/lane-entries';

/** Widths of columns the user can choose. */
export const columnChoices = ['auto', 'narrow', 'wide'] as const;
export type ColumnChoice = (typeof columnChoices)[number];

/** One lane's block of rows. */
export interface HeatmapSection {
  readonly entry: LaneEntry;
  /** Pixels from the top of the whole picture to its head. */
  readonly top: number;
  readonly streams: number;
  readonly steps: number;
  /** Step under the cursor, or null. */
  readonly cursor: number | null;
}

/** Places of everything in the heatmap, in pixels of the whole (unscrolled) picture. */
export interface HeatmapLayout {
  readonly sections: readonly HeatmapSection[];
  readonly columnWidth: number;
  readonly rowHeight: number;
  readonly width: number;
  readonly height: number;
}

/** Room left of the cells for the names of the layers. */
export const gutter = 38;
/** Head of a section: the lane's name (when there are several) and the emitted tokens. */
export const headHeight = 20;
export const nameHeight = 18;
const sectionGap = 10;
const cellWithText = 52;
/** Rows this high hold a word. Where those of a deep model's one lane would not fit at this height, the whole is shown at a glance instead, without words. */
const rowWithText = 20;
/** Smallest cells of that glance. */
const glance = { row: 3, column: 9, widest: 24 } as const;

/** Head of a section with its lane's name, if more than one lane is shown. */
export const sectionHead = (sections: number): number => headHeight + (sections > 1 ? nameHeight : 0);

/** @param words the rows are high enough for words */
function columnWidth(choice: ColumnChoice, room: number, steps: number, words: boolean): number {
  const fit = room / Math.max(1, steps);
  switch (choice) {
    case 'narrow':
      return Math.min(24, Math.max(1, Math.floor(fit)));
    case 'wide':
      return Math.max(84, Math.min(fit, 120));
    case 'auto':
      if (!words) return Math.min(glance.widest, Math.max(glance.column, Math.floor(fit)));
      if (fit >= cellWithText) return Math.min(112, Math.floor(fit));
      return steps <= 60 ? cellWithText + 8 : 14;
    default:
      return choice satisfies never;
  }
}

/** @param room inner size of the window the picture is seen through */
export function heatmapLayout(
  shown: readonly { readonly entry: LaneEntry; readonly cursor: number | null }[],
  choice: ColumnChoice,
  room: { readonly width: number; readonly height: number },
): HeatmapLayout {
  const lengths = shown.map(({ entry }) => entry.branch?.steps.length ?? 0);
  const head = sectionHead(shown.length);
  const streams = shown.map(({ entry }) => entry.lane.modelInfo.layout.streams);
  const rows = streams.reduce((sum, count) => sum + count, 0);
  const free = (room.height - shown.length * head - Math.max(0, shown.length - 1) * sectionGap - 4) / Math.max(1, rows);
  const tallest = head + Math.max(0, ...streams) * rowWithText + 4;
  const width = columnWidth(choice, room.width - gutter - 2, Math.max(0, ...lengths), tallest <= room.height);
  const rowHeight = Math.floor(Math.min(46, Math.max(width >= cellWithText ? rowWithText : glance.row, free)));
  let top = 0;
  const sections = shown.map(({ entry, cursor }, i): HeatmapSection => {
    const section = { entry, top, streams: streams[i] ?? 0, steps: lengths[i] ?? 0, cursor };
    top += head + section.streams * rowHeight + sectionGap;
    return section;
  });
  return {
    sections,
    columnWidth: width,
    rowHeight,
    width: gutter + Math.max(0, ...lengths) * width + 2,
    height: Math.max(0, top - sectionGap + 4),
  };
}

/** Steps the window shows, from `first` to before `last`, whatever their lane's length. */
export function visibleSteps(
  layout: HeatmapLayout,
  window: { readonly scrollLeft: number; readonly width: number },
): { readonly first: number; readonly last: number } {
  return {
    first: Math.max(0, Math.floor((window.scrollLeft - layout.columnWidth) / layout.columnWidth)),
    last: Math.ceil((window.scrollLeft + window.width - gutter) / layout.columnWidth) + 1,
  };
}

/**
 * Where a step's number begins, in pixels of the whole picture: moved to the left where the picture ends before it does, and null where the window or the
 * names of the layers would cut it.
 * @param x where its column begins @param width of the number
 */
export function numberStart(
  x: number,
  width: number,
  layout: Pick<HeatmapLayout, 'width'>,
  window: { readonly scrollLeft: number; readonly width: number },
): number | null {
  const start = Math.min(x, layout.width - width);
  const shown = start >= window.scrollLeft + gutter && start + width <= window.scrollLeft + window.width;
  return shown ? start : null;
}

export interface HeatmapCell {
  readonly section: HeatmapSection;
  readonly step: number;
  /** 0 = embeddings. */
  readonly stream: number;
}

/** Later layers stand higher, as in a column of reasoning read upwards. */
export const rowOfStream = (section: HeatmapSection, stream: number): number => section.streams - 1 - stream;

/** The cell at a point of the whole picture, or null beside the cells. */
export function cellAt(layout: HeatmapLayout, x: number, y: number): HeatmapCell | null {
  const head = sectionHead(layout.sections.length);
  for (const section of layout.sections) {
    const row = Math.floor((y - section.top - head) / layout.rowHeight);
    const step = Math.floor((x - gutter) / layout.columnWidth);
    if (row < 0 || row >= section.streams || step < 0 || step >= section.steps) continue;
    return { section, step, stream: section.streams - 1 - row };
  }
  return null;
}

/** Names of residual streams: the embeddings, then after each layer. */
export const streamName = (stream: number): string => (stream === 0 ? 'emb' : `L${stream}`);
