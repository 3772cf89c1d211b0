import { bitsPerStop, surprisalStops } from '../../design/surprisal-scale';
import styles from './legend.module.css';

const stops = Array.from({ length: surprisalStops }, (_, stop) => stop);
const most = bitsPerStop * (surprisalStops - 1);

/** What the background of a step means. */
export function SurprisalLegend() {
  return (
    <div
      className={styles['legend']}
      role="img"
      aria-label={`Background of a step: surprisal from 0 to ${most} bits or more; of a thought, entropy`}
    >
      <span>surprisal · thoughts: entropy</span>
      <span className="data">0</span>
      <span className={styles['ramp']}>
        {stops.map((stop) => (
          <span key={stop} style={{ backgroundColor: `var(--surprisal-${stop})` }} />
        ))}
      </span>
      <span className="data">{most}+ b</span>
    </div>
  );
}
