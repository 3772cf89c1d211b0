import type { Trajectory } from '../../../main/contract/protocol';
import type { Size } from '../shared/use-size';

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
}

export interface PlotScale {
  /** Pixels of a point of the projection. */
  readonly place: (x: number, y: number) => PlotPoint;
  /** Pixels per unit, the same along both axes. */
  readonly unit: number;
}

/** A point kept when a path is thinned, with the step it stands for. */
export interface KeptPoint extends PlotPoint {
  readonly step: number;
}

/** Thins a path to the points at least `distance` pixels from the one kept before; the first and the last stay. */
export function thinPath(points: readonly PlotPoint[], distance: number): KeptPoint[] {
  const kept: KeptPoint[] = [];
  points.forEach(({ x, y }, step) => {
    const last = kept.at(-1);
    if (last === undefined || step === points.length - 1 || Math.hypot(x - last.x, y - last.y) >= distance) kept.push({ x, y, step });
  });
  return kept;
}

/** Calls back with the first two coordinates of every point. @param coordinates [points, components] */
function eachPoint(coordinates: Float32Array, components: number, visit: (x: number, y: number) => void): void {
  for (let at = 0; at < coordinates.length; at += components) visit(coordinates[at] ?? 0, coordinates[at + 1] ?? 0);
}

/** Where the points of a path are in the picture. @param coordinates [points, components] */
export function placedPoints(coordinates: Float32Array, components: number, scale: PlotScale): PlotPoint[] {
  const points: PlotPoint[] = [];
  eachPoint(coordinates, components, (x, y) => points.push(scale.place(x, y)));
  return points;
}

/**
 * Fits all paths into the picture with equal scales along both axes, so that distances can be compared in any direction.
 * @param which the coordinates drawn: `points`, or with the control on both
 */
export function plotScale(
  trajectory: Trajectory,
  withShuffled: boolean,
  size: Size,
  margin: { readonly x: number; readonly y: number },
): PlotScale {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const path of trajectory.paths) {
    for (const coordinates of withShuffled ? [path.points, path.shuffled] : [path.points]) {
      eachPoint(coordinates, trajectory.components, (x, y) => {
        left = Math.min(left, x);
        right = Math.max(right, x);
        bottom = Math.min(bottom, y);
        top = Math.max(top, y);
      });
    }
  }
  if (left > right) [left, right, bottom, top] = [-1, 1, -1, 1];
  const width = Math.max(1, size.width - 2 * margin.x);
  const height = Math.max(1, size.height - 2 * margin.y);
  const unit = Math.min(width / Math.max(1e-9, right - left), height / Math.max(1e-9, top - bottom));
  const centre = { x: (left + right) / 2, y: (bottom + top) / 2 };
  return { unit, place: (x, y) => ({ x: size.width / 2 + (x - centre.x) * unit, y: size.height / 2 - (y - centre.y) * unit }) };
}
