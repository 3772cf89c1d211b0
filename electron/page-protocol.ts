import { readFile, realpath } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { app, protocol } from 'electron';
import { pageFile, pageScheme } from './page-address';

/** No inline code or style, no remote content of any kind. Inline `style` set by script goes through the CSSOM, which this allows. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

function refuse(status: number): Response {
  return new Response(null, { status, headers });
}

async function answer(root: string, request: Request): Promise<Response> {
  if (request.method !== 'GET') return refuse(405);
  const file = pageFile(root, request.url);
  const type = file === null ? undefined : contentTypes[extname(file)];
  if (file === null || type === undefined) return refuse(404);
  try {
    // A link inside the folder must not lead out of it either.
    if ((await realpath(file)) !== file) return refuse(404);
    return new Response(await readFile(file), { status: 200, headers: { ...headers, 'content-type': type } });
  } catch {
    return refuse(404);
  }
}

/** Makes `app:` a scheme with an origin of its own. Has to be called before the app is ready. */
export function setupPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Serves the built page, and nothing else on this disk, below `app://interlinear/`. */
export async function setupPageProtocol(): Promise<void> {
  const root = await realpath(join(app.getAppPath(), 'out', 'renderer'));
  protocol.handle(pageScheme, (request) => answer(root, request));
}
