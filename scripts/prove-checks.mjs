/**
 * `node scripts/prove-checks.mjs [check…] [--record]`: plants each fault of planted-faults.mjs in a copy of the
 * project and sees that its check fails and names it. A check that never fails proves nothing. With --record the
 * outcome goes into docs/decisions.md. Run by hand, after `npm test` has passed.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectFolder } from './bootstrap/folders.mjs';
import { runProgram } from './bootstrap/say.mjs';
import { FAULTS } from './planted-faults.mjs';

const HEADING = '## Checks seen to fail';
const TEST_FILE = /\.(test|spec)\.(ts|tsx|mjs)$/;

/** A copy of what git knows or would add, sharing the installed packages. */
function copyProject() {
  const copy = mkdtempSync(join(tmpdir(), 'interlinear-faults-'));
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: projectFolder,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const files = listed.stdout.split('\0').filter((file) => file !== '' && existsSync(join(projectFolder, file)));
  for (const file of files) cpSync(join(projectFolder, file), join(copy, file), { recursive: true });
  symlinkSync(join(projectFolder, 'node_modules'), join(copy, 'node_modules'), 'dir');
  return { copy, files };
}

function runChecks(copy, names) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/test.mjs', ...names], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    maxBuffer: 1 << 28,
  });
  return { failed: status !== 0, output: stdout + stderr };
}

/** Plants one fault, runs its check, and puts everything back. */
function prove(copy, files, { check, fault, names, only, passesWithout = false, files: added = {}, change = {} }) {
  if (passesWithout) {
    const { failed, output } = runChecks(copy, [check]);
    if (failed) return { seen: false, failed, output };
  }
  const removed = only ? files.filter((file) => TEST_FILE.test(file) && !only.test(file)) : [];
  // Kept from the copy, not read again from the project, where somebody may be working meanwhile.
  const kept = [...removed, ...Object.keys(change)].map((file) => [file, readFileSync(join(copy, file))]);
  for (const file of removed) rmSync(join(copy, file));
  for (const [file, text] of Object.entries(added)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), text);
  }
  for (const [file, edit] of Object.entries(change)) {
    const binary = file.endsWith('.safetensors');
    const before = readFileSync(join(copy, file), binary ? undefined : 'utf8');
    const after = edit(before);
    if (after.toString('latin1') === before.toString('latin1')) throw new Error(`'${fault}' changes nothing in ${file}`);
    writeFileSync(join(copy, file), after);
  }
  try {
    const { failed, output } = runChecks(copy, [check]);
    return { seen: failed && output.includes(names), failed, output };
  } finally {
    for (const file of Object.keys(added)) rmSync(join(copy, file), { force: true });
    for (const [file, bytes] of kept) writeFileSync(join(copy, file), bytes);
  }
}

function record(rows) {
  const file = join(projectFolder, 'docs', 'decisions.md');
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(HEADING);
  const next = text.indexOf('\n## ', start + HEADING.length);
  const table = ['| check | planted fault | seen to fail |', '| --- | --- | --- |', ...rows.map((row) => `| ${row.join(' | ')} |`)];
  const intro =
    'Planted one at a time in a copy of the project by `node scripts/prove-checks.mjs --record`; "yes" means that the check failed and named the fault.';
  const section = `${HEADING}\n\n${intro}\n\n${table.join('\n')}\n`;
  writeFileSync(file, text.slice(0, start) + section + (next < 0 ? '' : text.slice(next)));
}

await runProgram(async () => {
  const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
  const faults = FAULTS.filter(({ check }) => chosen.length === 0 || chosen.includes(check));
  const { copy, files } = copyProject();
  const rows = [];
  try {
    for (const fault of faults) {
      const { seen, failed, output } = prove(copy, files, fault);
      const verdict = seen ? 'yes' : failed ? 'no: it failed, but did not name the fault' : 'no: it passed';
      console.log(`${fault.check.padEnd(10)} ${fault.fault}: ${verdict}`);
      if (!seen) console.log(output.split('\n').slice(-25).join('\n'));
      rows.push([fault.check, fault.fault, verdict]);
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  if (process.argv.includes('--record')) record(rows);
  return rows.every(([, , verdict]) => verdict === 'yes') ? 0 : 1;
});
