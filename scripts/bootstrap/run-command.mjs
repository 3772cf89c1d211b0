import { spawn } from 'node:child_process';
import { tieToUs } from './children.mjs';

/**
 * Runs a helper program to its end. What it prints goes to our stderr, so that stdout stays the caller's own.
 * @returns {Promise<number>} exit code; 127 where the program is not there, 128 where a signal ended it
 */
export function runCommand(command, args, { cwd, env } = {}) {
  return new Promise((resolve) => {
    const child = tieToUs(
      spawn(command, args, {
        cwd,
        env: env ?? process.env,
        stdio: ['ignore', 2, 2],
        shell: command === 'npm' && process.platform === 'win32',
      }),
    );
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 128));
  });
}

/** Runs a helper program and gives what it printed on stdout, with its exit code. */
export function readCommand(command, args, { cwd, env } = {}) {
  return new Promise((resolve) => {
    const child = tieToUs(spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] }));
    const chunks = { stdout: [], stderr: [] };
    child.stdout.on('data', (chunk) => chunks.stdout.push(chunk));
    child.stderr.on('data', (chunk) => chunks.stderr.push(chunk));
    child.once('error', (error) => resolve({ code: 127, stdout: '', stderr: error.message }));
    child.once('close', (code) => {
      resolve({ code: code ?? 128, stdout: Buffer.concat(chunks.stdout).toString(), stderr: Buffer.concat(chunks.stderr).toString() });
    });
  });
}
