import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../bootstrap/folders.mjs';
import { oneTest } from './outcome.mjs';
import { runTool } from './tool.mjs';

const FOLDERS = ['main', 'electron', 'renderer', 'bench', 'e2e', 'scripts'];

const PARSE_TSX = join(import.meta.dirname, 'parse-tsx.mjs');

/** The tool cannot read what it has no parser for, and then finds no modules and nothing wrong: that has to count as wrong. */
const FEWEST_MODULES = 10;

/** One line per violation: who, whom, and which rule says no. */
export function describeViolation({ from, to, rule, cycle }) {
  const path = cycle ? [from, ...cycle.map(({ name }) => name)].join(' → ') : `${from} → ${to}`;
  return `  ${path}  (${rule.name})`;
}

export const folders = {
  name: 'folders',
  proves: 'only permitted imports between folders, and no circular ones (dependency-cruiser)',
  async run() {
    const present = FOLDERS.filter((folder) => existsSync(join(projectFolder, folder)));
    const args = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...present];
    const { stdout } = await runTool('dependency-cruiser', args, { command: 'depcruise', collect: true, preload: [PARSE_TSX] });
    const { summary } = JSON.parse(stdout);
    if (summary.totalCruised < FEWEST_MODULES) return oneTest(false, `only ${summary.totalCruised} modules were seen`);
    const violations = summary.violations.filter(({ rule }) => rule.severity === 'error');
    for (const violation of violations) console.log(describeViolation(violation));
    console.log(`${summary.totalCruised} modules, ${summary.totalDependenciesCruised} imports, ${violations.length} of them not permitted`);
    return oneTest(violations.length === 0);
  },
};
