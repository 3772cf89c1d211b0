import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const running = new Set();

let interrupted;

/**
 * Ends what we started before we end ourselves, and waits for it: npm takes its half-done work back when it is
 * interrupted, and the next start must not meet it at that. A second signal does not wait.
 */
function interrupt(signal) {
  for (const child of running) child.kill(interrupted ? 'SIGKILL' : signal);
  if (interrupted) process.exit(128 + constants.signals[signal]);
  interrupted = signal;
}

/** Ties a child to us for as long as it runs: a signal that ends us ends it too, also when it was sent to us alone. */
export function tieToUs(child) {
  if (running.size === 0) for (const signal of SIGNALS) process.on(signal, interrupt);
  running.add(child);
  const untie = () => {
    running.delete(child);
    if (running.size > 0) return;
    if (interrupted) process.exit(128 + constants.signals[interrupted]);
    for (const signal of SIGNALS) process.off(signal, interrupt);
  };
  child.once('error', untie);
  child.once('exit', untie);
  return child;
}
