/** Rows of attention that are read in one pass and asked for at once: few, so that a run waits little for its next step. */
export const attentionBlock = 32;
/** Positions of a matrix at the most; single rows can be had beyond. */
export const attentionPositions = 4096;

/**
 * A probability as it is kept to be shown: 255 times its fourth root, rounded, so that 1 differs from 0.98 and 1e-8 from 0.
 * @param probability 0 to 1
 */
export function attentionCode(probability: number): number {
  return Math.round(255 * Math.sqrt(Math.sqrt(probability)));
}

/** The probability a code stands for. */
export function codeProbability(code: number): number {
  return (code / 255) ** 4;
}

/**
 * The largest code of each square of `size` × `size` cells: what is strong anywhere in it is seen from afar.
 * @param codes [rows, columns]
 * @returns [ceil(rows / size), ceil(columns / size)]
 */
export function poolCodes(codes: Uint8Array, rows: number, columns: number, size: number): Uint8Array<ArrayBuffer> {
  const across = Math.ceil(columns / size);
  const pooled = new Uint8Array(Math.ceil(rows / size) * across);
  for (let row = 0; row < rows; row++) {
    const to = Math.floor(row / size) * across;
    for (let column = 0; column < columns; column++) {
      const place = to + Math.floor(column / size);
      const code = codes[row * columns + column] ?? 0;
      if (code > (pooled[place] ?? 0)) pooled[place] = code;
    }
  }
  return pooled;
}
