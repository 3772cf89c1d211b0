import { createHash } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server misbehaves; all off unless a test says so. */
export interface HubMood {
  /** Breaks off a file after so many bytes of an answer. */
  breakAfter?: number;
  /** How often it does so. */
  breaks?: number;
  /** Answers every request for a range with the whole file. */
  noRanges?: boolean;
  /** Answers nothing, and keeps the connection. */
  silent?: boolean;
  /** Answers files with this status. */
  fileStatus?: number;
  /** Replaces a byte of every file this often. */
  damaged?: number;
  /** Only this token may read. */
  token?: string;
  /** Names the listing claims although they lead elsewhere. */
  extra?: readonly string[];
}

const commit = 'c'.repeat(40);

/** As much of a hub as a model needs: one repository, its listing and its files. Large files are listed as LFS does. */
export class HubServer {
  readonly mood: HubMood = {};
  /** Method, path and range of every request. */
  readonly requests: string[] = [];
  readonly commit = commit;
  readonly #repository: string;
  readonly #files: ReadonlyMap<string, Buffer>;
  #server: Server | null = null;

  constructor(repository: string, files: Readonly<Record<string, string | Uint8Array>>) {
    this.#repository = repository;
    this.#files = new Map(Object.entries(files).map(([name, content]) => [name, Buffer.from(content as string)]));
  }

  async start(): Promise<string> {
    const server = createServer((request, response) => {
      this.#answer(request, response);
    });
    this.#server = server;
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise<void>((resolve) => {
      if (this.#server)
        this.#server.close(() => {
          resolve();
        });
      else resolve();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    this.requests.push(`${request.method ?? ''} ${path} ${request.headers.range ?? ''}`.trim());
    if (this.mood.silent === true) return;
    if (this.mood.token !== undefined && request.headers.authorization !== `Bearer ${this.mood.token}`) {
      response.writeHead(401).end();
      return;
    }
    const api = `/api/models/${this.#repository}`;
    if (path === `${api}/revision/main` || path === `${api}/revision/${commit}`)
      this.#json(response, { id: this.#repository, _id: '1', sha: commit, lastModified: '2026-01-01', cardData: { license: 'mit' } });
    else if (path === `${api}/tree/${commit}`) this.#json(response, this.#listing());
    else if (path.startsWith(`/${this.#repository}/resolve/${commit}/`))
      this.#file(request, response, path.slice(`/${this.#repository}/resolve/${commit}/`.length));
    else response.writeHead(404, { 'X-Error-Code': 'RepoNotFound' }).end();
  }

  #json(response: ServerResponse, value: unknown): void {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
  }

  #listing(): unknown[] {
    const files = [...this.#files].map(([path, content]) => {
      const oid = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
      const lfs = { oid: createHash('sha256').update(content).digest('hex'), size: content.length, pointerSize: 130 };
      return { type: 'file', path, oid, size: content.length, ...(/\.(safetensors|gguf)$/u.test(path) && { lfs }) };
    });
    const extra = (this.mood.extra ?? []).map((path) => ({ type: 'file', path, oid: 'a'.repeat(40), size: 1 }));
    return [...files, ...extra];
  }

  #file(request: IncomingMessage, response: ServerResponse, path: string): void {
    const content = this.#files.get(path);
    const status = this.mood.fileStatus ?? (content ? 200 : 404);
    if (!content || status !== 200) {
      response.writeHead(status).end();
      return;
    }
    const from = this.mood.noRanges === true ? 0 : Number(/^bytes=(\d+)-/u.exec(request.headers.range ?? '')?.[1] ?? 0);
    const body = Buffer.from(content.subarray(from));
    if ((this.mood.damaged ?? 0) > 0 && body.length > 0) {
      this.mood.damaged = (this.mood.damaged ?? 0) - 1;
      body[0] = (body[0] ?? 0) ^ 0xff;
    }
    response.writeHead(from > 0 ? 206 : 200, {
      'Content-Length': body.length,
      ...(from > 0 && { 'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    const limit = this.mood.breakAfter ?? Infinity;
    if (body.length <= limit || (this.mood.breaks ?? 0) <= 0) {
      response.end(body);
      return;
    }
    this.mood.breaks = (this.mood.breaks ?? 0) - 1;
    response.write(body.subarray(0, limit), () => {
      // The bytes are on their way before the connection goes.
      setTimeout(() => response.destroy(), 20);
    });
  }
}
