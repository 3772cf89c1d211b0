import { join, sep } from 'node:path';

export const pageScheme = 'app';
/** Origin of the one page there is. */
export const pageOrigin = `${pageScheme}://interlinear`;
export const pageUrl = `${pageOrigin}/index.html`;

/**
 * The file an address of ours stands for, or null for every address that is not below `root`. Percent-encoded dots and
 * separators are judged after decoding, so there is no second reading of the path further down.
 * @param root absolute folder of the built page
 */
export function pageFile(root: string, address: string): string | null {
  const path = pagePath(address);
  if (path === null || path.includes('\0') || path.includes('\\')) return null;
  const file = join(root, path === '/' ? 'index.html' : path);
  return file.startsWith(root.endsWith(sep) ? root : root + sep) ? file : null;
}

function pagePath(address: string): string | null {
  try {
    const url = new URL(address);
    if (`${url.protocol}//${url.host}` !== pageOrigin || url.username !== '' || url.password !== '') return null;
    return decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
}
