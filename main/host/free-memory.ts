import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { promisify } from 'node:util';
import type { MemoryFacts } from '../contract/memory';

/**
 * Memory that programs can have without another one being pushed out, in bytes. What the system calls free leaves out the files it keeps at hand, which give
 * way at once: on Linux that is `MemAvailable`, on macOS pages that are inactive, speculative or purgeable. A limit of the control group counts as the
 * machine's size; how much of that limit is used by others in the group is not looked at.
 */
export async function readMemory(): Promise<MemoryFacts> {
  const total = totalmem();
  const limit = process.constrainedMemory();
  const totalBytes = limit > 0 && limit < total ? limit : total;
  const available = (await availableBySystem().catch(() => null)) ?? freemem();
  return { availableBytes: Math.min(available, totalBytes), totalBytes };
}

async function availableBySystem(): Promise<number | null> {
  if (process.platform === 'linux') return parseMeminfo(await readFile('/proc/meminfo', 'utf8'));
  if (process.platform === 'darwin') return parseVmStat((await promisify(execFile)('/usr/bin/vm_stat', { timeout: 2000 })).stdout);
  return null;
}

/** `MemAvailable` of `/proc/meminfo` in bytes; null where the kernel does not say. */
export function parseMeminfo(text: string): number | null {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/mu.exec(text)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** Pages of macOS's `vm_stat` that can be had, in bytes; null where it says something else than expected. */
export function parseVmStat(text: string): number | null {
  const page = /page size of (\d+) bytes/u.exec(text)?.[1];
  const pages = ['free', 'inactive', 'speculative', 'purgeable'].map((kind) =>
    Number(new RegExp(`^Pages ${kind}:\\s+(\\d+)\\.$`, 'mu').exec(text)?.[1] ?? NaN),
  );
  const sum = pages.reduce((all, count) => all + count, 0) * Number(page);
  return Number.isFinite(sum) ? sum : null;
}
