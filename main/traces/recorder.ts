import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ErrorReport, toErrorReport } from '../contract/errors';
import type { BranchRecord, LaneRecord, RunInfo, RunOutcome } from '../contract/run';
import { bundleFiles } from '../contract/trace';
import type { RunSink, TappedStep } from '../runtime/run-sink';
import { openFile } from './byte-source';
import { diskError } from './disk-error';
import { FileWriter, type WriteBytes } from './file-writer';
import { openJournal, openLive } from './journal-content';
import { encodeBranch, encodeHead, encodeInfo, encodeLane } from './journal-format';
import { JournalGrowth } from './journal-growth';
import { writeManifest } from './manifest-file';
import { sealBundle } from './seal';
import type { TraceContent } from './trace-content';

export interface RecorderOptions {
  /** The bundle to make: a path ending in `.interlinear` where nothing is yet. */
  readonly path: string;
  /** Called once, when recording fails; the run goes on unrecorded. */
  readonly onError?: (error: ErrorReport) => void;
  /** Takes the place of `fs.writeSync`. */
  readonly write?: WriteBytes;
}

/** What became of a recording: the bundle, or why there is none. What was recorded before a failure stays on disk. */
export interface Recording {
  readonly trace: { readonly path: string; readonly bytes: number } | null;
  readonly recordingError: ErrorReport | null;
}

/**
 * Writes a run to disk while it goes on. Every call leaves its record with the operating system before it returns, so that a
 * kill loses nothing that was completed. No failure leaves this class: it is reported once and recording ends.
 */
export class Recorder implements RunSink {
  readonly #options: RecorderOptions;
  #journal: FileWriter | null = null;
  #growth: JournalGrowth | null = null;
  #started = 0;
  #error: ErrorReport | null = null;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  async start(info: RunInfo): Promise<void> {
    const { path, write } = this.#options;
    this.#started = performance.now();
    try {
      mkdirSync(dirname(path), { recursive: true });
      mkdirSync(path);
      this.#journal = new FileWriter(join(path, bundleFiles.journal), write);
      this.#journal.append(Buffer.concat([encodeHead(info), encodeInfo(info)]));
      const outcome: RunOutcome = { status: 'recording', milliseconds: 0, prefillMilliseconds: 0, parity: [], error: null };
      await writeManifest(path, { info, lanes: [], branches: [], outcome, files: {} }, write);
      this.#growth = new JournalGrowth(info);
    } catch (thrown) {
      this.#fail(diskError(thrown, `record to ${path}`));
    }
  }

  /** Whether what comes is recorded; once it is not, it never is again. */
  get recording(): boolean {
    return this.#journal !== null;
  }

  /** What has been recorded so far, to be read while it grows, also after this recorder is done; null where nothing is recorded. */
  live(info: RunInfo): TraceContent | null {
    if (!this.#journal || !this.#growth) return null;
    try {
      const source = openFile(join(this.#options.path, bundleFiles.journal), bundleFiles.journal, { growing: true });
      return openLive(source, info, this.#growth.series);
    } catch (thrown) {
      this.#fail(thrown);
      return null;
    }
  }

  steps(steps: readonly TappedStep[]): void {
    const [journal, growth] = [this.#journal, this.#growth];
    if (!journal || !growth || steps.length === 0) return;
    const elapsed = performance.now() - this.#started;
    try {
      const { bytes, written } = growth.tick(steps, journal.bytes, elapsed);
      journal.append(bytes);
      written();
    } catch (thrown) {
      this.#fail(diskError(thrown, 'record the run'));
    }
  }

  branch(record: BranchRecord): void {
    this.#append(() => encodeBranch(record));
  }

  lane(record: LaneRecord): void {
    this.#append(() => encodeLane(record));
  }

  /** Turns the journal into the finished bundle. */
  async finish(outcome: RunOutcome): Promise<Recording> {
    const { path, write } = this.#options;
    if (!this.#journal) return { trace: null, recordingError: this.#error };
    try {
      this.#close();
      const content = await openJournal(openFile(join(path, bundleFiles.journal), bundleFiles.journal), outcome);
      await sealBundle(path, content, write);
      return { trace: { path, bytes: folderBytes(path) }, recordingError: null };
    } catch (thrown) {
      this.#fail(diskError(thrown, `finish the trace in ${path}`));
      return { trace: null, recordingError: this.#error };
    }
  }

  #append(encode: () => Uint8Array): void {
    if (!this.#journal) return;
    try {
      this.#journal.append(encode());
    } catch (thrown) {
      this.#fail(diskError(thrown, 'record the run'));
    }
  }

  #close(): void {
    const journal = this.#journal;
    this.#journal = null;
    journal?.close();
  }

  #fail(thrown: unknown): void {
    if (this.#error) return;
    this.#error = toErrorReport(thrown);
    this.#options.onError?.(this.#error);
    try {
      this.#close();
    } catch {
      // The disk has failed already, and that is what is reported.
    }
  }
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
