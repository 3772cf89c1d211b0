import { join } from 'node:path';
import { app, type MessagePortMain, utilityProcess } from 'electron';
import { z } from 'zod';
import { devices } from '../main/contract/devices';
import { engineFlags } from '../main/host/engine-flags';
import type { EngineChild } from './engine-supervisor';
import { probeDevice } from './probe-device';
import { serveSideProcesses } from './side-processes';

const probeRequestSchema = z.object({ type: z.literal('probe'), device: z.enum(devices) });

const serviceName = 'Interlinear engine';

/** Chromium's names for how a process went, as sentences. */
const causes: Readonly<Record<string, string>> = {
  'clean-exit': 'The engine ended.',
  killed: 'The engine was killed.',
  crashed: 'The engine crashed.',
  oom: 'The engine ran out of memory.',
  'memory-eviction': 'The system ended the engine to free memory.',
  'launch-failed': 'The engine could not be launched.',
  'integrity-failure': 'The engine failed a code integrity check.',
};

/** Milliseconds to wait for Chromium's word on why, once the process has ended; it comes within a few, or not at all. */
const causeLimit = 500;

/** The error a failing engine wrote before it ended, where it wrote one. */
function lastError(output: string): string {
  return (
    output
      .split('\n')
      .map((line) => line.trim())
      .findLast((line) => /^(Uncaught )?\w*Error\b/.test(line)) ?? ''
  );
}

/** Resolves with Chromium's reason for the end of the one engine there is. */
function causeOfEnd(): Promise<string | null> {
  return new Promise((resolve) => {
    const note = (_event: unknown, details: Electron.Details): void => {
      if (details.type === 'Utility' && details.name === serviceName) settle(details.reason);
    };
    const timer = setTimeout(() => {
      settle(null);
    }, causeLimit);
    const settle = (reason: string | null): void => {
      clearTimeout(timer);
      app.off('child-process-gone', note);
      resolve(reason);
    };
    app.on('child-process-gone', note);
  });
}

/** Starts the engine in a process of its own; why it ends is known from Chromium, from its exit code and from its own last words. */
export function forkEngine(): EngineChild<MessagePortMain> {
  const child = utilityProcess.fork(join(app.getAppPath(), 'out', 'main', 'engine.js'), [], {
    serviceName,
    // To V8 alone: Node's own options are not read here.
    execArgv: [`--js-flags=${engineFlags.join(' ')}`],
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  child.on('message', (message: unknown) => {
    const asked = probeRequestSchema.safeParse(message);
    if (!asked.success) return;
    const { device } = asked.data;
    void probeDevice(device).then((reason) => {
      child.postMessage({ type: 'probed', device, reason });
    });
  });
  serveSideProcesses(child);
  let output = '';
  child.stderr?.setEncoding('utf8');
  child.stderr?.on('data', (chunk: string) => {
    output = (output + chunk).slice(-4000);
    process.stderr.write(chunk);
  });
  const sentence = async (code: number): Promise<string> => {
    const cause = await causeOfEnd();
    const known = cause === null ? undefined : causes[cause];
    return known ?? `The engine ended with code ${code}. ${lastError(output)}`.trim();
  };
  return {
    send: (message, ports = []) => {
      child.postMessage(message, [...ports]);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onGone: (listener) => {
      child.once('exit', (code) => {
        void sentence(code).then(listener);
      });
    },
    kill: () => {
      child.kill();
    },
  };
}
