/**
 * `npm test`: set-up, then every check in turn, all of them even when one fails. `npm test -- unit lint` runs those
 * named. One after the other, because most of them use all cores by themselves.
 */
import { setUp } from './bootstrap/set-up.mjs';
import { runProgram, SetUpError } from './bootstrap/say.mjs';
import { build } from './checks/build.mjs';
import { deadCode } from './checks/dead-code.mjs';
import { e2e } from './checks/e2e.mjs';
import { folders } from './checks/folders.mjs';
import { format, lint } from './checks/lint.mjs';
import { oneTest } from './checks/outcome.mjs';
import { formatTable, formatTotals } from './checks/summary.mjs';
import { notices } from './checks/notices.mjs';
import { types } from './checks/types.mjs';
import { model, parity, python, unit, vectors, webgpu } from './checks/unit.mjs';
import { ensurePython } from './bootstrap/python.mjs';
import { ensureTextModel } from './bootstrap/text-model.mjs';

const CHECKS = [types, lint, format, folders, deadCode, notices, build, unit, parity, vectors, webgpu, model, python, e2e];

/** What runs the built programs has them built first, also when it is asked for alone. */
const needsBuild = (name) => CHECKS.some((check) => check.name === name && check.needsBuild);

function chosenChecks(names) {
  const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0) {
    throw new SetUpError(`There is no check named ${unknown.join(', ')}. The checks are: ${CHECKS.map(({ name }) => name).join(', ')}.`);
  }
  return names.length === 0 ? CHECKS : CHECKS.filter((check) => names.includes(check.name) || (check === build && names.some(needsBuild)));
}

async function runCheck(check, environment) {
  console.log(`\n── ${check.name}: ${check.proves} ──\n`);
  const started = performance.now();
  let outcome;
  try {
    outcome = await check.run({ environment });
  } catch (error) {
    console.error(error);
    outcome = oneTest(false, 'the check itself broke');
  }
  return { name: check.name, outcome, seconds: (performance.now() - started) / 1_000 };
}

await runProgram(async () => {
  const checks = chosenChecks(process.argv.slice(2));
  const window = checks.some((check) => check.window);
  const { environment } = await setUp({ window, virtualDisplay: window, build: false });
  const env = {
    ...environment,
    ...(checks.includes(python) && (await ensurePython())),
    ...(checks.some((check) => check === model || check === e2e) && (await ensureTextModel())),
  };

  const results = [];
  for (const check of checks) results.push(await runCheck(check, env));
  console.log(`\n── summary ──\n\n${formatTable(results)}\n\n${formatTotals(results)}`);
  return results.some(({ outcome }) => outcome.failed > 0) ? 1 : 0;
});
