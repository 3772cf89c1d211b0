import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { BranchRecord, LaneRecord, RunOutcome } from '../contract/run';
import { openBundle } from '../traces/bundle-reader';
import { exportTrace } from '../traces/export-trace';
import { type RunDocument, describeFinished } from './run-document';
import { formatRun } from './run-table';
import { print, printJson, progress } from './terminal';

/** Prints what a recorded run found, as `run` would have. No model is needed. */
export async function showCommand(path: string, options: { readonly json?: boolean }): Promise<void> {
  const document = await readRun(path);
  if (options.json === true) printJson({ runs: [document] });
  else print(formatRun(document));
}

/** Writes a recorded run as a table of its steps or as one file to share. */
export async function exportCommand(
  path: string,
  options: { readonly csv?: boolean; readonly bundle?: boolean; readonly out?: string },
): Promise<void> {
  if ((options.csv === true) === (options.bundle === true))
    throw new InterlinearError('bad-request', 'Give either --csv or --bundle.', 'See interlinear export --help.');
  const format = options.csv === true ? 'csv' : 'bundle';
  const stem = basename(resolve(path)).replace(/\.interlinear$/u, '');
  const target = options.out ?? `${stem}${format === 'csv' ? '.steps.csv' : '.shared.interlinear'}`;
  if (existsSync(target))
    throw new InterlinearError('bad-request', `${target} is there already.`, 'Choose another --out, or delete it first.');
  const bytes = await exportTrace(path, format, target);
  progress(`${bytes} bytes written.`);
  print(target);
}

async function readRun(path: string): Promise<RunDocument> {
  const bundle = await openBundle(path);
  try {
    const lanes: LaneRecord[] = [];
    const branches: BranchRecord[] = [];
    let outcome: RunOutcome | null = null;
    for await (const event of bundle.events('shown', basename(path))) {
      if (event.type === 'lane') lanes.push(event.record);
      else if (event.type === 'branch') branches.push(event.record);
      else if (event.type === 'finished') outcome = event.outcome;
    }
    if (!outcome) throw new InterlinearError('bad-trace', 'The trace does not say how its run ended.', 'Ask for another copy.');
    return describeFinished({ info: bundle.info, lanes, branches, outcome }, path);
  } finally {
    await bundle.close();
  }
}
