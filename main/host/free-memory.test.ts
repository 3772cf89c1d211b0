import { describe, expect, it } from 'vitest';
import { parseMeminfo, parseVmStat, readMemory } from './free-memory';

describe('memory that can be had', () => {
  it('is what Linux calls available, not what it calls free', () => {
    expect(parseMeminfo('MemTotal:       24683656 kB\nMemFree:          120000 kB\nMemAvailable:   23309228 kB\n')).toBe(23_309_228 * 1024);
    expect(parseMeminfo('MemTotal:       24683656 kB\nMemFree:          120000 kB\n')).toBeNull();
  });

  it('counts the pages macOS gives up at once', () => {
    const said = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                              100.
Pages active:                         500000.
Pages inactive:                          200.
Pages speculative:                        30.
Pages throttled:                           0.
Pages wired down:                     200000.
Pages purgeable:                           4.
"Translation faults":              123456789.
`;
    expect(parseVmStat(said)).toBe(334 * 16_384);
    expect(parseVmStat('vm_stat: unknown')).toBeNull();
    expect(parseVmStat(said.replace('Pages inactive', 'Pages idle'))).toBeNull();
  });

  it('is found on this machine', async () => {
    const { availableBytes, totalBytes } = await readMemory();
    expect(availableBytes).toBeGreaterThan(0);
    expect(availableBytes).toBeLessThanOrEqual(totalBytes);
  });
});
