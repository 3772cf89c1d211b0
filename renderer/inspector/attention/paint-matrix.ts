import type { AttentionMatrix } from './attention-matrix';
import type { Viewport } from './viewport';

export interface PaintedSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Paints the part of a matrix that is on screen, a number a pixel; where several cells fall on one pixel the strongest is seen.
 * @param positions rows and columns of the whole matrix; rows that have not come are left as `unread`
 * @param colours of the codes 0 to 255
 * @param pixels [height, width], written over
 */
export function paintMatrix(
  matrix: AttentionMatrix,
  positions: number,
  { top, left, span }: Viewport,
  { width, height }: PaintedSize,
  colours: Uint32Array,
  { unseen, unread }: { readonly unseen: number; readonly unread: number },
  pixels: Uint32Array,
): void {
  const first = Math.max(0, Math.floor(left));
  const last = Math.min(positions, Math.ceil(left + span));
  /** Column of each pixel's first cell; the next one's is where it ends. */
  const columns = Int32Array.from({ length: width + 1 }, (_, x) =>
    x === width ? last : Math.min(last - 1, Math.floor(left + (x / width) * span)),
  );
  const strongest = new Uint8Array(Math.max(0, last - first));
  let painted = -1;
  for (let y = 0; y < height; y++) {
    const from = Math.min(positions - 1, Math.floor(top + (y / height) * span));
    const to = Math.max(from + 1, Math.min(positions, Math.floor(top + ((y + 1) / height) * span)));
    const line = y * width;
    // Several lines of pixels within one row are alike.
    if (to === from + 1 && from === painted) {
      pixels.copyWithin(line, line - width, line);
      continue;
    }
    painted = to === from + 1 ? from : -1;
    if (to > matrix.rows) {
      for (let x = 0; x < width; x++) pixels[line + x] = (columns[x] ?? 0) < to ? unread : unseen;
      continue;
    }
    strongest.fill(0);
    for (let row = from; row < to; row++) {
      const codes = matrix.row(row);
      const end = Math.min(codes.length, last);
      for (let column = first; column < end; column++) {
        const code = codes[column] ?? 0;
        if (code > (strongest[column - first] ?? 0)) strongest[column - first] = code;
      }
    }
    for (let x = 0; x < width; x++) {
      const begin = columns[x] ?? 0;
      if (begin >= to) {
        pixels[line + x] = unseen;
        continue;
      }
      const end = Math.max(begin + 1, columns[x + 1] ?? 0);
      let code = 0;
      for (let column = begin; column < end; column++) {
        const each = strongest[column - first] ?? 0;
        if (each > code) code = each;
      }
      pixels[line + x] = colours[code] ?? unseen;
    }
  }
}
