/** An affine map as SVG writes it: x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PathShape {
  readonly kind: 'path';
  /** SVG path data. */
  readonly path: string;
  readonly matrix: Matrix;
  readonly fill: string | null;
  readonly stroke: string | null;
  readonly strokeWidth: number;
  readonly dashes: readonly number[];
  readonly opacity: number;
}

export interface TextShape {
  readonly kind: 'text';
  readonly text: string;
  /** Start of the baseline. */
  readonly x: number;
  readonly y: number;
  readonly matrix: Matrix;
  readonly family: string;
  /** Pixels. */
  readonly size: number;
  readonly weight: string;
  readonly fill: string;
  /** Outline behind the letters, which keeps them readable over lines. */
  readonly halo: { readonly colour: string; readonly width: number } | null;
  readonly opacity: number;
  /** Text cut off on screen is cut off in the picture too. */
  readonly clip: Rectangle | null;
}

export interface ImageShape {
  readonly kind: 'image';
  readonly canvas: HTMLCanvasElement;
  readonly place: Rectangle;
}

export type Shape = PathShape | TextShape | ImageShape;

/** A picture of a panel as a flat list of shapes, in CSS pixels, back to front. Both file formats are made from it. */
export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly background: string;
  readonly shapes: readonly Shape[];
}

export const identity: Matrix = [1, 0, 0, 1, 0, 0];
