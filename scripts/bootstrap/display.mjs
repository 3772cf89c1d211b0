import { spawn } from 'node:child_process';
import { SetUpError } from './say.mjs';

const START_TIMEOUT_MS = 20_000;

/** Whether a window can be shown to somebody. */
export function hasDisplay(environment = process.env, platform = process.platform) {
  return platform !== 'linux' || Boolean(environment.DISPLAY) || Boolean(environment.WAYLAND_DISPLAY);
}

/**
 * Starts an Xvfb of our own. It picks a free display number itself and tells it over a pipe (-displayfd), so that two
 * runs at once do not meet. One screen of 1600 by 1000, large enough for six lanes.
 * @returns {Promise<{ display: string, stop: () => void }>}
 */
export function startVirtualDisplay() {
  return new Promise((resolve, reject) => {
    const args = ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-noreset', '+extension', 'GLX'];
    const server = spawn('Xvfb', args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    const errors = [];
    const fail = (why) => {
      clearTimeout(timer);
      server.kill();
      reject(
        new SetUpError(
          `The virtual display (Xvfb) did not start: ${why}${errors.length > 0 ? `\n${Buffer.concat(errors).toString().trim()}` : ''}`,
        ),
      );
    };
    const timer = setTimeout(() => fail(`no answer in ${START_TIMEOUT_MS / 1_000} s.`), START_TIMEOUT_MS);
    const stop = () => {
      process.off('exit', stop);
      server.kill();
    };
    server.stderr.on('data', (chunk) => errors.push(chunk));
    server.once('error', (error) => fail(error.message));
    server.once('exit', (code) => fail(`it ended with exit code ${code}.`));
    let number = '';
    server.stdio[3].on('data', (chunk) => {
      number += chunk;
      if (!number.includes('\n')) return;
      clearTimeout(timer);
      server.removeAllListeners('exit');
      // Neither the server nor its pipes may keep us alive once the work is done; 'exit' stops it in any case.
      server.unref();
      server.stderr.unref();
      server.stdio[3].unref();
      process.once('exit', stop);
      resolve({ display: `:${number.trim()}`, stop });
    });
  });
}

/** The environment for a program that has to draw on a virtual display, whatever screen the user has. */
export function withDisplay(display, environment = process.env) {
  const { WAYLAND_DISPLAY: _wayland, ...rest } = environment;
  return { ...rest, DISPLAY: display, XDG_SESSION_TYPE: 'x11' };
}
