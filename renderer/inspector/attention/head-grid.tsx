import { useId, useLayoutEffect, useRef } from 'react';
import { themeColour } from '../layers/colour';
import { useThemeRevision } from '../shared/use-theme-revision';
import type { HeadsOverview } from './attention-matrix';
import styles from './attention.module.css';
import type { Filling } from './use-attention';
import { colourTable, packed, type WeightShade } from './weight-shade';

interface ThumbnailProps {
  readonly overview: Filling<HeadsOverview>;
  readonly plane: number;
  /** Positions there will be. */
  readonly positions: number;
  readonly shade: WeightShade;
  readonly hue: string;
  readonly theme: number;
}

function Thumbnail({ overview: filling, plane, positions, shade, hue, theme }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const side = Math.max(1, Math.ceil(positions / filling.data.pool));
  useLayoutEffect(() => {
    const request = requestAnimationFrame(() => {
      const context = canvas.current?.getContext('2d');
      if (canvas.current === null || context === null || context === undefined) return;
      const panel = themeColour(canvas.current, 'var(--panel)', theme);
      const colours = colourTable(shade, panel, themeColour(canvas.current, hue, theme));
      const overview = filling.data;
      const codes = overview.plane(plane);
      const image = context.createImageData(side, side);
      const pixels = new Uint32Array(image.data.buffer).fill(packed(panel));
      const rows = Math.min(side, Math.ceil(overview.rows / overview.pool));
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column <= row; column++) {
          pixels[row * side + column] = colours[codes[row * overview.side + column] ?? 0] ?? 0;
        }
      }
      context.putImageData(image, 0, 0);
    });
    return () => {
      cancelAnimationFrame(request);
    };
  }, [filling, plane, side, shade, hue, theme]);
  return <canvas ref={canvas} className={styles['thumbnail']} width={side} height={side} aria-hidden="true" />;
}

/** Pixels from one thumbnail to the one below. */
const thumbnailRow = 66;

export interface HeadGridProps extends Omit<ThumbnailProps, 'plane' | 'theme'> {
  /** Pixels there are. */
  readonly height: number;
  /** Null: the mean of all. */
  readonly head: number | null;
  readonly onHead: (head: number | null) => void;
}

/** All heads of the layer side by side, and their mean; one is chosen to be seen large. */
export function HeadGrid({ height, head, onHead, ...thumbnail }: HeadGridProps) {
  const name = useId();
  const theme = useThemeRevision();
  const heads = thumbnail.overview.data.planes - 1;
  const choices: readonly (number | null)[] = [null, ...Array.from({ length: heads }, (_, each) => each)];
  // Broader where there is little height, but never so that the matrix has no room.
  const across = Math.min(5, Math.max(3, Math.ceil(choices.length / Math.max(1, Math.floor(height / thumbnailRow)))));
  return (
    <div role="radiogroup" aria-label="Head" className={styles['heads']} style={{ gridTemplateColumns: `repeat(${across}, 46px)` }}>
      {choices.map((choice) => (
        <label key={choice ?? 'mean'} className={styles['head']}>
          <input
            type="radio"
            className={styles['radio']}
            name={name}
            checked={choice === head}
            aria-label={choice === null ? `Mean of ${heads} heads` : `Head ${choice + 1} of ${heads}`}
            onChange={() => {
              onHead(choice);
            }}
          />
          <Thumbnail {...thumbnail} plane={choice ?? heads} theme={theme} />
          <span aria-hidden="true">{choice === null ? 'mean' : choice + 1}</span>
        </label>
      ))}
    </div>
  );
}
