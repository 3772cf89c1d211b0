/** Of every tenth of a second, what a slowed process may compute in. */
const sharesOf100Milliseconds = 2;

export interface SlowProcess {
  /** Gives it no time at all any more. */
  hold(): void;
  /** Gives it the processor back. */
  release(): void;
}

/**
 * Makes this machine as good as fifty times slower for one process, by stopping and continuing it; what it does stays what it does. Not on Windows.
 */
export function slowDown(pid: number): SlowProcess {
  let timer: NodeJS.Timeout | undefined;
  const tell = (signal: 'SIGSTOP' | 'SIGCONT'): boolean => {
    try {
      return process.kill(pid, signal);
    } catch {
      // It has ended: there is nobody to slow down.
      return false;
    }
  };
  const turn = (running: boolean): void => {
    if (tell(running ? 'SIGCONT' : 'SIGSTOP'))
      timer = setTimeout(turn, running ? sharesOf100Milliseconds : 100 - sharesOf100Milliseconds, !running);
  };
  turn(false);
  return {
    hold: () => {
      clearTimeout(timer);
      tell('SIGSTOP');
    },
    release: () => {
      clearTimeout(timer);
      tell('SIGCONT');
    },
  };
}
