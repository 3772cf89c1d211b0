import type { Size } from '../shared/use-size';

/** Pixels a tooltip of the heatmap takes at the most. */
export const tooltipSize: Size = { width: 364, height: 110 };
const gap = 8;

export interface PlacedCell {
  /** Pixels from the window's left and top; outside of it where it is scrolled away. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

/**
 * Where a tooltip stands, inside the window and not over its cell: under all rows, beside the cell, or else at the other end.
 * @param under top of the room under the rows, or null where there is none to speak of
 */
export function placeTooltip(cell: PlacedCell, room: Size, under: number | null): { readonly left: number; readonly top: number } {
  const { width, height } = tooltipSize;
  const inside = (value: number, most: number): number => Math.max(0, Math.min(value, most));
  if (under !== null && under + height <= room.height) return { left: inside(cell.left, room.width - width), top: under };
  const top = inside(cell.top, room.height - height);
  const right = cell.left + cell.width + gap;
  if (right + width <= room.width) return { left: right, top };
  const left = cell.left - gap - width;
  if (left >= 0) return { left, top };
  return {
    left: inside(cell.left - width / 2, room.width - width),
    top: cell.top > room.height / 2 ? 0 : Math.max(0, room.height - height),
  };
}
