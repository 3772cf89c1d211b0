/**
 * `node scripts/complete-lock.mjs`: adds what npm left out of package-lock.json for other platforms (see
 * bootstrap/lock-gaps.mjs). Run by hand when the unit test of the lock file asks for it, after adding a dependency.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './bootstrap/folders.mjs';
import { entryFor, lockGaps } from './bootstrap/lock-gaps.mjs';

const file = join(projectFolder, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const gaps = lockGaps(lock);
for (const gap of gaps) lock.packages[`node_modules/${gap.name}`] = entryFor(gap);
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([left], [right]) => left.localeCompare(right, 'en')));
if (gaps.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(gaps.length > 0 ? `Added ${gaps.length} entries.` : 'Nothing was missing.');
