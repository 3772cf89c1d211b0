import { type Doing, doingText } from '../contract/doing';
import { ChangingLine, type Screen } from './changing-line';

/** Progress of a check: a line for all it does, which counts passes on a terminal. */
export class CheckReporter {
  readonly #screen: Screen;
  readonly #line: ChangingLine;
  #what = '';

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#line = new ChangingLine(screen);
  }

  report(doing: Doing): void {
    const fresh = doing.what !== this.#what;
    this.#what = doing.what;
    if (this.#line.canChange) this.#line.show(doingText(doing), fresh);
    else if (fresh) this.#screen.write(`${doing.what}…\n`);
  }

  end(): void {
    this.#line.end();
  }
}
