import type { ErrorCode } from '../contract/errors';

/** Exit codes of the command line, as the README documents them. */
export const exitCodes = {
  done: 0,
  /** A defect in Interlinear. */
  internal: 1,
  /** The command line or a prompt cannot be used. */
  usage: 2,
  /** A model cannot be used: unknown, damaged, or unable to run a lane. */
  model: 3,
  /** A trace cannot be opened: unknown, damaged, or of a newer version. */
  trace: 4,
  /** The disk is full or refused a write; what was computed is printed all the same. */
  disk: 5,
  /** A model cannot be fetched: no network, no such repository, not allowed. */
  unreachable: 6,
  /** Stopped by Ctrl-C; what was recorded is kept. */
  cancelled: 130,
} as const;

export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'bad-request':
    case 'unknown-request':
    case 'bad-prompt':
      return exitCodes.usage;
    case 'bad-model':
    case 'unknown-model':
    case 'unsupported':
      return exitCodes.model;
    case 'unreachable':
      return exitCodes.unreachable;
    case 'unknown-run':
    case 'unknown-trace':
    case 'bad-trace':
    case 'newer-trace':
      return exitCodes.trace;
    case 'disk-full':
    case 'disk-error':
      return exitCodes.disk;
    case 'cancelled':
      return exitCodes.cancelled;
    case 'engine-lost':
    case 'engine-busy':
    case 'stream-gap':
    case 'internal':
      return exitCodes.internal;
  }
}
