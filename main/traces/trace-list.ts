import { existsSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import { modelsOfRun } from '../contract/lane-models';
import type { TraceSummary } from '../contract/protocol';
import type { RunInfo } from '../contract/run';
import { bundleFiles } from '../contract/trace';
import { openBundleFiles } from './open-bundle-files';
import { diskError } from './disk-error';
import { readManifest } from './manifest-file';

const suffix = '.interlinear';

/** A path in `folder` where nothing is yet, named after when the run started and what it is. */
export function newTracePath(folder: string, info: RunInfo): string {
  const time = info.startedAt.replaceAll(/[^0-9TZ]/g, '-');
  const stem = `${time}-${info.model.id.replaceAll(/[^\w.-]/g, '-').slice(0, 40)}`;
  for (let attempt = 1; ; attempt++) {
    const path = join(folder, `${stem}${attempt === 1 ? '' : `-${attempt}`}${suffix}`);
    if (!existsSync(path)) return path;
  }
}

/**
 * Where the trace of that id is. An id from `listTraces` is a plain name; anything that could lead out of the folder is refused.
 * @throws InterlinearError `unknown-trace`
 */
export function tracePath(folder: string, id: string): string {
  const plain = id.endsWith(suffix) && id.length > suffix.length && basename(id) === id && !/[/\\:\0]/.test(id);
  const path = plain ? join(folder, id) : '';
  if (!plain || !existsSync(path))
    throw new InterlinearError('unknown-trace', 'There is no such trace', 'It may have been moved or deleted.');
  return path;
}

/**
 * The traces in a folder, newest first. Damaged ones, and whatever else is there, are left out.
 * @param recording ids of the traces being recorded now: any other that was never finished was interrupted
 */
export async function listTraces(folder: string, recording: ReadonlySet<string> = new Set()): Promise<TraceSummary[]> {
  const summaries: TraceSummary[] = [];
  for (const id of await namesIn(folder)) {
    const summary = id.endsWith(suffix) ? await summarise(join(folder, id), id, recording) : null;
    if (summary) summaries.push(summary);
  }
  return summaries.toSorted((a, b) => compare(b.startedAt, a.startedAt) || compare(b.id, a.id));
}

/** @throws InterlinearError `unknown-trace`, `disk-error` */
export function deleteTrace(folder: string, id: string): void {
  const path = tracePath(folder, id);
  try {
    // A link is deleted itself; what it leads to is not touched.
    rmSync(path, { recursive: true });
  } catch (thrown) {
    throw diskError(thrown, `delete ${id}`);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw diskError(thrown, `list the traces in ${folder}`);
  }
}

async function summarise(path: string, id: string, recording: ReadonlySet<string>): Promise<TraceSummary | null> {
  try {
    const files = openBundleFiles(path);
    try {
      const source = await files.open(bundleFiles.manifest);
      if (!source) return null;
      const { info, outcome } = readManifest(source);
      const unfinished = outcome.status === 'recording' && !recording.has(id);
      return {
        id,
        prompt: info.request.prompt,
        model: modelsOfRun(info)
          .map(({ model }) => model.name)
          .join(', '),
        lanes: info.request.lanes.map((lane) => lane.kind),
        startedAt: info.startedAt,
        status: unfinished ? 'interrupted' : outcome.status,
        bytes: files.bytes,
      };
    } finally {
      files.close();
    }
  } catch (thrown) {
    if (thrown instanceof InterlinearError) return null;
    throw thrown;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
