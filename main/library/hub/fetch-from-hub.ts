import { join } from 'node:path';
import { InterlinearError } from '../../contract/errors';
import { diskError } from '../../traces/disk-error';
import type { ProgressMeter } from '../progress-meter';
import { download } from './download';
import { HubCache, isCommit } from './hub-cache';
import type { HubId } from './hub-id';
import { type HubRepository, hubEndpoint, hubFetch, readHubRepository } from './hub-repository';
import { type Selection, selectFiles } from './select-files';

/** A checkpoint of the hub, on this machine. */
export interface HubCheckpoint {
  /** The `.gguf` file or the folder. */
  readonly path: string;
  readonly commit: string;
  readonly license: string | null;
}

export interface HubOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal;
  /** Milliseconds to wait for an answer about the repository. */
  readonly patience?: number;
  /** See `download`. */
  readonly silence?: number;
  readonly pause?: number;
}

/**
 * Fetches a checkpoint into the cache all programs of Hugging Face share, or finds it there.
 * @throws InterlinearError `unreachable`, `unknown-model`, `unsupported`, `disk-full`, `disk-error`; the signal's reason when aborted
 */
export async function fetchFromHub(id: HubId, options: HubOptions): Promise<HubCheckpoint> {
  const { environment, meter, signal, patience } = options;
  meter.begin(`Asking the hub for ${id.repository}`);
  const cache = new HubCache(id.repository);
  let repository: HubRepository;
  try {
    repository = await readHubRepository(id, environment, signal, patience);
  } catch (error) {
    const cached = error instanceof InterlinearError && error.code === 'unreachable' ? await findCached(id, cache) : null;
    if (cached === null) throw error;
    return cached;
  }
  const selection = selectFiles(id, repository.files);
  await fetchFiles(selection.files, { id, repository, cache, options });
  const snapshot = cache.snapshot(repository.commit);
  try {
    await cache.remember(id.revision, repository.commit);
  } catch (error) {
    throw diskError(error, 'write the cache of the hub');
  }
  return { path: pathOf(selection, snapshot), commit: repository.commit, license: repository.license };
}

/** What an earlier fetch left for this revision, for when the hub cannot be asked; whether it is whole is seen when it is opened. */
async function findCached(id: HubId, cache: HubCache): Promise<HubCheckpoint | null> {
  const commit = isCommit(id.revision) ? id.revision : await cache.commitOf(id.revision);
  if (commit === null) return null;
  const files = await cache.files(commit);
  try {
    const selection = selectFiles(id, files);
    return { path: pathOf(selection, cache.snapshot(commit)), commit, license: null };
  } catch {
    return null;
  }
}

function pathOf({ kind, files: [file] }: Selection, snapshot: string): string {
  return kind === 'file' && file ? join(snapshot, ...file.path.split('/')) : snapshot;
}

interface Fetching {
  readonly id: HubId;
  readonly repository: HubRepository;
  readonly cache: HubCache;
  readonly options: HubOptions;
}

async function fetchFiles(files: HubRepository['files'], { id, repository, cache, options }: Fetching): Promise<void> {
  const { environment, meter, signal, silence, pause } = options;
  const endpoint = hubEndpoint(environment);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  meter.begin(`Fetching ${id.repository} from the hub`, total);
  let before = 0;
  for (const { path, bytes, hash } of files) {
    const blob = cache.blob(hash.value);
    if (!(await cache.has(blob))) {
      const encoded = path.split('/').map(encodeURIComponent).join('/');
      await download({
        url: `${endpoint}/${id.repository}/resolve/${repository.commit}/${encoded}`,
        target: blob,
        expected: { bytes, hash },
        what: `${path} of ${id.repository}`,
        fetch: hubFetch(environment),
        signal,
        onBytes: (done) => {
          meter.update(before + done);
        },
        ...(silence !== undefined && { silence }),
        ...(pause !== undefined && { pause }),
      });
    }
    before += bytes;
    meter.update(before);
    try {
      await cache.show(hash.value, repository.commit, path);
    } catch (error) {
      throw diskError(error, `write ${path} to the cache of the hub`);
    }
  }
}
