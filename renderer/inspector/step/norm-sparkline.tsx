import { formatNumber } from '../../design/format';
import { streamName } from '../layers/heatmap-layout';

/** Norm of the residual stream from the embeddings to the last layer, bars from zero. */
export function NormSparkline({ norms, hue }: { readonly norms: readonly number[]; readonly hue: string }) {
  const width = 92;
  const height = 18;
  const highest = Math.max(...norms, 1e-9);
  const bar = width / Math.max(1, norms.length);
  const label = norms.map((norm, stream) => `${streamName(stream)} ${formatNumber(norm, 1)}`).join(', ');
  return (
    <svg width={width} height={height} role="img" aria-label={`Norm per layer: ${label}`}>
      <title>{label}</title>
      {norms.map((norm, stream) => (
        <rect
          key={stream}
          x={stream * bar}
          y={height - (norm / highest) * height}
          width={Math.max(1, bar - (bar > 4 ? 2 : 0))}
          height={(norm / highest) * height}
          fill={hue}
          rx={1}
        />
      ))}
    </svg>
  );
}
