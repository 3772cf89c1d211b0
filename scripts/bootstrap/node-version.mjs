import { SetUpError } from './say.mjs';

const OLDEST = '20.19.0';

/** Compares dotted versions number by number; a leading `v` and anything after a dash are not looked at. */
export function compareVersions(left, right) {
  const numbers = (version) => version.replace(/^v/, '').split('-')[0].split('.').map(Number);
  const [a, b] = [numbers(left), numbers(right)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Vite 8 and electron-vite 6 do not start on anything older, and say so less clearly. */
export function requireNode(version = process.versions.node) {
  if (compareVersions(version, OLDEST) < 0) {
    throw new SetUpError(
      `Interlinear needs Node ${OLDEST} or newer, and this is ${version}. Install a newer one from nodejs.org and try again.`,
    );
  }
}
