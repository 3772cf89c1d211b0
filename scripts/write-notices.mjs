/**
 * `node scripts/write-notices.mjs`: writes THIRD-PARTY-NOTICES.md from the packages that end up in the app, with their
 * licence texts. `--check` only says whether the file is current; `npm test` asks that.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './bootstrap/folders.mjs';

/** Bundled into the page or the shell although npm counts them as tools of development. */
const bundled = [
  '@base-ui/react',
  '@fontsource-variable/inter',
  '@fontsource-variable/jetbrains-mono',
  'cmdk',
  'd3-hierarchy',
  'electron',
  'lucide-react',
  'react',
  'react-dom',
  'react-resizable-panels',
  'recharts',
  'tinykeys',
];

/** Licences that MIT code may be shipped with. */
const compatible = /^\(?(0BSD|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|BlueOak-1\.0\.0|CC0-1\.0|ISC|MIT|OFL-1\.1|Python-2\.0|Unlicense)\b/u;

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Folder of a package as Node would find it from another package's folder. */
function locate(name, from) {
  for (let folder = from; folder.startsWith(projectFolder); folder = join(folder, '..')) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return null;
}

/** Everything shipped: the packages named and what they depend on. */
function collect() {
  const root = read(join(projectFolder, 'package.json'));
  const found = new Map();
  const queue = [...Object.keys(root.dependencies), ...bundled].map((name) => ({ name, from: projectFolder }));
  for (let next = queue.pop(); next; next = queue.pop()) {
    const folder = locate(next.name, next.from);
    if (folder === null) continue;
    const info = read(join(folder, 'package.json'));
    const key = `${info.name}@${info.version}`;
    if (found.has(key)) continue;
    found.set(key, { name: info.name, version: info.version, licence: info.license ?? 'unknown', text: licenceText(folder) });
    // Electron's dependencies only download it; they are not part of the app.
    if (info.name !== 'electron') queue.push(...Object.keys(info.dependencies ?? {}).map((name) => ({ name, from: folder })));
  }
  return [...found.values()].toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

function licenceText(folder) {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/iu.test(name));
  return file === undefined ? null : readFileSync(join(folder, file), 'utf8').replaceAll(/\r\n?/gu, '\n').trim();
}

function format(packages) {
  const table = packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  const texts = packages
    .filter(({ text }) => text !== null)
    .map(({ name, version, text }) => `## ${name} ${version}\n\n\`\`\`\`text\n${text}\n\`\`\`\`\n`);
  return `# Third-party notices

Interlinear is shipped with the packages below. The embedded model and its data were made by this project and are under its own licence.
Written by \`node scripts/write-notices.mjs\`.

| package | version | licence |
| --- | --- | --- |
${table.join('\n')}

${texts.join('\n')}`;
}

const packages = collect();
const wrong = packages.filter(({ licence }) => !compatible.test(licence));
if (wrong.length > 0) {
  console.error(`Not compatible with MIT, or without a licence: ${wrong.map(({ name, licence }) => `${name} (${licence})`).join(', ')}`);
  process.exit(1);
}
const path = join(projectFolder, 'THIRD-PARTY-NOTICES.md');
const text = format(packages);
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  console.error('THIRD-PARTY-NOTICES.md is out of date: run node scripts/write-notices.mjs.');
  process.exit(1);
}
console.log(`${packages.length} packages, all with licences compatible with MIT.`);
