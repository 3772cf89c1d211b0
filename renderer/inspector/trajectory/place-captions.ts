export interface CaptionRequest {
  readonly text: string;
  /** The point captioned, in pixels. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Higher ones are placed first. */
  readonly priority: number;
}

export interface PlacedCaption {
  /** Position in the list of requests. */
  readonly request: number;
  /** Top left corner, in pixels. */
  readonly left: number;
  readonly top: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const overlaps = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Where a caption may stand about its point, best first: right, above, below, left, then the corners. */
function places(request: CaptionRequest, gap: number): readonly (readonly [number, number])[] {
  const { x, y, width, height } = request;
  const middle = y - height / 2;
  const centre = x - width / 2;
  return [
    [x + gap, middle],
    [centre, y - gap - height],
    [centre, y + gap],
    [x - gap - width, middle],
    [x + gap, y - gap - height],
    [x + gap, y + gap],
    [x - gap - width, y - gap - height],
    [x - gap - width, y + gap],
  ];
}

/**
 * Places captions so that no two overlap and none leaves the picture; one with no room is left out. Among the free
 * places of a caption the one covering the fewest points wins, then the order of `places`.
 * @param points dots of the picture, which captions had better not cover
 */
export function placeCaptions(
  requests: readonly CaptionRequest[],
  bounds: Box,
  points: readonly { readonly x: number; readonly y: number }[],
  gap = 7,
): PlacedCaption[] {
  const taken: Box[] = [];
  const placed: PlacedCaption[] = [];
  const order = requests.map((_, index) => index).sort((a, b) => (requests[b]?.priority ?? 0) - (requests[a]?.priority ?? 0) || a - b);
  for (const index of order) {
    const request = requests[index];
    if (request === undefined) continue;
    let best: { left: number; top: number; box: Box; covered: number } | null = null;
    for (const [left, top] of places(request, gap)) {
      const box = { left, top, right: left + request.width, bottom: top + request.height };
      if (left < bounds.left || top < bounds.top || box.right > bounds.right || box.bottom > bounds.bottom) continue;
      if (taken.some((other) => overlaps(box, other))) continue;
      const covered = points.filter(
        (point) => point.x > left - 2 && point.x < box.right + 2 && point.y > top - 2 && point.y < box.bottom + 2,
      ).length;
      if (best === null || covered < best.covered) best = { left, top, box, covered };
    }
    if (best === null) continue;
    taken.push(best.box);
    placed.push({ request: index, left: best.left, top: best.top });
  }
  return placed;
}
