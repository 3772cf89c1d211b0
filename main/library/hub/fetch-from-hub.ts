import { join } from 'node:path';
import { diskError } from '../../traces/disk-error';
import type { ProgressMeter } from '../progress-meter';
import { download } from './download';
import { HubCache } from './hub-cache';
import type { HubId } from './hub-id';
import { type HubRepository, hubEndpoint, hubFetch, readHubRepository } from './hub-repository';
import { selectFiles } from './select-files';

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
  const repository = await readHubRepository(id, environment, signal, patience);
  const selection = selectFiles(id, repository.files);
  const cache = new HubCache(id.repository);
  await fetchFiles(selection.files, { id, repository, cache, options });
  const snapshot = cache.snapshot(repository.commit);
  try {
    await cache.remember(id.revision, repository.commit);
  } catch (error) {
    throw diskError(error, 'write the cache of the hub');
  }
  const [file] = selection.files;
  const path = selection.kind === 'file' && file ? join(snapshot, ...file.path.split('/')) : snapshot;
  return { path, commit: repository.commit, license: repository.license };
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
