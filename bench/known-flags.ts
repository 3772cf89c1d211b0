import { execFileSync } from 'node:child_process';

/** Those of V8's flags that a Node, or an Electron run as one, knows: it does not start with others, unlike an Electron run as itself. */
export function knownFlags(flags: readonly string[], program: string, env: NodeJS.ProcessEnv = process.env): string[] {
  const known = execFileSync(program, ['--v8-options'], { encoding: 'utf8', env, maxBuffer: 2 ** 24 });
  return flags.filter((flag) => new RegExp(`^ *${flag.replace(/=.*/, '')}\\b`, 'mu').test(known));
}
