import type { ImportJob } from '../contract/library';
import { ChangingLine, type Screen } from './changing-line';
import { formatBytes } from './format-bytes';

/** Reports between two lines where lines stay: a log of one a quarter second helps nobody. */
const reportsPerLine = 20;

/** Progress of an import: one line that changes on a terminal; elsewhere a line a phase and now and then one between. */
export class ImportReporter {
  readonly #screen: Screen;
  readonly #line: ChangingLine;
  #phase = '';
  #remark: string | null = null;
  #reports = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#line = new ChangingLine(screen);
  }

  report(job: ImportJob): void {
    if (job.remark !== null && job.remark !== this.#remark) {
      this.end();
      this.#screen.write(`${job.remark}\n`);
    }
    this.#remark = job.remark;
    const line = describe(job);
    const changed = job.phase !== this.#phase;
    this.#phase = job.phase;
    this.#reports = changed ? 0 : this.#reports + 1;
    if (this.#line.canChange) this.#line.show(line, changed);
    else if (this.#reports % reportsPerLine === 0) this.#screen.write(`${line}\n`);
  }

  /** Leaves the line as it is. */
  end(): void {
    this.#line.end();
  }
}

function describe({ phase, doneBytes, totalBytes, bytesPerSecond, secondsLeft }: ImportJob): string {
  const parts = [phase];
  if (totalBytes !== null) parts.push(`${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`);
  else if (doneBytes > 0) parts.push(formatBytes(doneBytes));
  if (bytesPerSecond !== null) parts.push(`${formatBytes(bytesPerSecond)}/s`);
  if (secondsLeft !== null) parts.push(`${Math.ceil(secondsLeft)} s left`);
  return parts.join(', ');
}
