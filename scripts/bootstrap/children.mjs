import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const running = new Set();

/** Ends what we started before we end ourselves: an npm that goes on alone would be in the way of the next start. */
function interrupt(signal) {
  for (const child of running) child.kill(signal);
  process.exit(128 + constants.signals[signal]);
}

/** Ties a child to us for as long as it runs: a signal that ends us ends it too, also when it was sent to us alone. */
export function tieToUs(child) {
  if (running.size === 0) for (const signal of SIGNALS) process.on(signal, interrupt);
  running.add(child);
  const untie = () => {
    running.delete(child);
    if (running.size === 0) for (const signal of SIGNALS) process.off(signal, interrupt);
  };
  child.once('error', untie);
  child.once('exit', untie);
  return child;
}
