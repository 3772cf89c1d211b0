const LINE_EVERY_MS = 5_000;
const REDRAW_EVERY_MS = 150;

/** Bytes as people read them, in powers of 1000 as downloads are usually counted. */
export function formatBytes(bytes) {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}

/** Seconds as `8 s`, `2 min 05 s` or `1 h 03 min`. */
export function formatSeconds(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (number) => String(number).padStart(2, '0');
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3_600)} h ${two(Math.floor((whole % 3_600) / 60))} min`;
}

/** One line: done, total, rate and time left. Where the total is not known it is left out rather than guessed. */
export function formatProgress({ done, total, seconds }) {
  const rate = seconds > 0 ? done / seconds : 0;
  const speed = rate > 0 ? `, ${formatBytes(rate)}/s` : '';
  if (!total) return `${formatBytes(done)}${speed}`;
  const percent = Math.min(100, Math.floor((100 * done) / total));
  const left = rate > 0 && done < total ? `, ${formatSeconds((total - done) / rate)} left` : '';
  return `${formatBytes(done)} of ${formatBytes(total)} (${percent} %)${speed}${left}`;
}

/** Draws one line over itself on a terminal; elsewhere (a log) prints a plain line every few seconds. */
export class Progress {
  #started = Date.now();
  #shown = 0;
  #done = 0;

  constructor(label, total, stream = process.stderr) {
    this.label = label;
    this.total = total;
    this.stream = stream;
  }

  update(done) {
    this.#done = done;
    const now = Date.now();
    // The end is drawn by finish().
    if (this.total && done >= this.total) return;
    if (now - Math.max(this.#shown, this.#started) < (this.stream.isTTY ? REDRAW_EVERY_MS : LINE_EVERY_MS)) return;
    this.#shown = now;
    this.#draw();
  }

  finish(done = this.#done) {
    this.#done = done;
    this.#draw();
    if (this.stream.isTTY) this.stream.write('\n');
  }

  #draw() {
    const text = `  ${this.label}: ${formatProgress({ done: this.#done, total: this.total, seconds: (Date.now() - this.#started) / 1_000 })}`;
    this.stream.write(this.stream.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
  }
}
