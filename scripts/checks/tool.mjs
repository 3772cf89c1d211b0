import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tieToUs } from '../bootstrap/children.mjs';
import { projectFolder } from '../bootstrap/folders.mjs';

/** The program of an installed package, to be run by our own Node: quicker than npx, and the same on every platform. */
function programOf(packageName, command) {
  const folder = join(projectFolder, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[command ?? packageName]);
}

/** A check that takes longer hangs: the slowest takes a few minutes on two cores. */
const limitMinutes = 25;

/** Ends a program with all that it started; its workers may be in a loop that hears no signal. */
function endGroup(child) {
  if (process.platform === 'win32') child.kill('SIGKILL');
  else process.kill(-child.pid, 'SIGKILL');
}

/**
 * Runs an installed package's program in the project's folder; its output is shown as it comes, or collected.
 * One that does not come to an end is ended, with code 124. `runtime` is what runs it in place of our own Node.
 */
export function runTool(packageName, args, { command, env = process.env, collect = false, preload = [], runtime = process.execPath } = {}) {
  return new Promise((resolve, reject) => {
    const child = tieToUs(
      spawn(runtime, [...preload.map((file) => `--import=${pathToFileURL(file).href}`), programOf(packageName, command), ...args], {
        cwd: projectFolder,
        env,
        stdio: ['ignore', collect ? 'pipe' : 'inherit', 'inherit'],
        detached: process.platform !== 'win32',
      }),
    );
    let hangs = false;
    const limit = setTimeout(() => {
      hangs = true;
      console.error(
        `\n${packageName} has not ended after ${limitMinutes} minutes, so it was ended. What it printed last is the place to look.`,
      );
      endGroup(child);
    }, limitMinutes * 60_000);
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve({ code: hangs ? 124 : (code ?? 128), stdout: Buffer.concat(chunks).toString() });
    });
  });
}
