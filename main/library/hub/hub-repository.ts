import { HUB_URL, listFiles, modelInfo } from '@huggingface/hub';
import { z } from 'zod';
import { InterlinearError } from '../../contract/errors';
import { hubError } from './hub-errors';
import { type HubId, isPlainPath } from './hub-id';
import { proxyFetch } from './proxy-fetch';
import { Patience } from './patience';

/** A file of a repository as it is listed. */
export interface HubFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of a large file, or the id git has for a small one. */
  readonly hash: { readonly kind: 'sha256' | 'git'; readonly value: string };
}

export interface HubRepository {
  readonly commit: string;
  readonly license: string | null;
  readonly files: readonly HubFile[];
}

/** Milliseconds after which a hub that does not answer a question is given up, so that the next source has its turn soon. */
const defaultPatience = 5000;

/** Where the hub is: `HF_ENDPOINT`, or the public one. */
export function hubEndpoint(environment: NodeJS.ProcessEnv): string {
  return (environment['HF_ENDPOINT'] ?? HUB_URL).replace(/\/+$/u, '');
}

/** `fetch` with the user's token (`HF_TOKEN`) on requests to the hub itself; a redirect elsewhere does not carry it. */
export function hubFetch(environment: NodeJS.ProcessEnv): typeof globalThis.fetch {
  const { origin } = new URL(hubEndpoint(environment));
  const token = environment['HF_TOKEN'];
  const base = proxyFetch(environment);
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    if (token !== undefined && token !== '' && url.origin === origin) headers.set('Authorization', `Bearer ${token}`);
    return base(url, { ...init, headers });
  };
}

const infoSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/u),
  cardData: z.object({ license: z.union([z.string(), z.array(z.string())]).nullish() }).nullish(),
});
const size = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const fileSchema = z.object({
  type: z.literal('file'),
  path: z.string().refine(isPlainPath),
  size,
  oid: z.string().regex(/^[0-9a-f]{40}$/u),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/u), size }).nullish(),
});

/** Files of a repository that may matter; a repository with more is not one of a model. */
const maximumFiles = 10_000;

/**
 * Asks the hub what a repository holds at a revision. Names and hashes are checked: paths of the cache are made of them.
 * @throws InterlinearError `unreachable`, `unknown-model`; the signal's reason when aborted
 */
export async function readHubRepository(
  id: HubId,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
  milliseconds = defaultPatience,
): Promise<HubRepository> {
  const what = `${id.repository} at revision ${id.revision}`;
  const hubUrl = hubEndpoint(environment);
  const base = hubFetch(environment);
  const patience = new Patience(signal, milliseconds);
  const patient: typeof globalThis.fetch = async (input, init) => {
    patience.renew();
    return base(input, { ...init, signal: patience.signal });
  };
  try {
    const found = await modelInfo({
      name: id.repository,
      revision: id.revision,
      additionalFields: ['sha', 'cardData'],
      hubUrl,
      fetch: patient,
    });
    const info = infoSchema.safeParse(found);
    if (!info.success) throw malformed(what);
    const files: HubFile[] = [];
    for await (const entry of listFiles({ repo: id.repository, revision: info.data.sha, recursive: true, hubUrl, fetch: patient })) {
      const { data: file } = fileSchema.safeParse(entry);
      if (file) {
        const hash = file.lfs ? ({ kind: 'sha256', value: file.lfs.oid } as const) : ({ kind: 'git', value: file.oid } as const);
        files.push({ path: file.path, bytes: file.lfs?.size ?? file.size, hash });
      }
      if (files.length > maximumFiles) throw malformed(what);
    }
    const license = info.data.cardData?.license;
    return { commit: info.data.sha, license: (Array.isArray(license) ? license.join(', ') : license) ?? null, files };
  } catch (error) {
    signal.throwIfAborted();
    throw hubError(error, what);
  } finally {
    patience.end();
  }
}

function malformed(what: string): InterlinearError {
  return new InterlinearError('unreachable', `The hub’s answer about ${what} makes no sense.`, 'Is HF_ENDPOINT a hub? Try again later.');
}
