import { z } from 'zod';

/** Every way a request can fail for a reason the user can act on. A bug throws something else. */
export const errorCodes = [
  'bad-request',
  'unknown-request',
  'bad-prompt',
  'bad-model',
  'unknown-model',
  'unsupported',
  /** A model's source cannot be had: no network, no such repository, not allowed. */
  'unreachable',
  'unknown-run',
  'unknown-trace',
  'bad-trace',
  'newer-trace',
  'disk-full',
  'disk-error',
  'engine-lost',
  'engine-busy',
  'cancelled',
  'stream-gap',
  'internal',
] as const;

export const errorSchema = z.object({
  code: z.enum(errorCodes),
  /** What is wrong, in one sentence. */
  message: z.string(),
  /** What to do about it, in one sentence; may be empty. */
  hint: z.string(),
});

export type ErrorCode = (typeof errorCodes)[number];
/** The form in which an error crosses a transport. */
export type ErrorReport = z.infer<typeof errorSchema>;

/** An error with a code from the closed list, a message and a hint. */
export class InterlinearError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'InterlinearError';
    this.code = code;
    this.hint = hint;
  }

  report(): ErrorReport {
    return { code: this.code, message: this.message, hint: this.hint };
  }

  static from(report: ErrorReport): InterlinearError {
    return new InterlinearError(report.code, report.message, report.hint);
  }
}

/** Anything thrown, as a report: typed errors keep their code, the rest is `internal`. */
export function toErrorReport(thrown: unknown): ErrorReport {
  if (thrown instanceof InterlinearError) return thrown.report();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'internal', message, hint: 'This is a defect in Interlinear. Run again; if it returns, report it with the trace.' };
}
