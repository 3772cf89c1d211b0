import { describe, expect, it } from 'vitest';
import { formatBytes, formatDuration, formatParameters } from './format';

describe('sizes and times', () => {
  it.each([
    [1, '1 B'],
    [41_230, '41 kB'],
    [1_300_000, '1.3 MB'],
    [99_900_000, '99.9 MB'],
    [145_100_000, '145 MB'],
    [999_600_000, '1.00 GB'],
    [4_120_000_000, '4.12 GB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.2, '0 s'],
    [59.4, '59 s'],
    [125, '2 min 5 s'],
    [4350, '1 h 12 min'],
    [NaN, '–'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [395_000, '395 k'],
    [134_515_008, '135 M'],
    [1_235_814_400, '1.2 B'],
    [7_000_000_000, '7 B'],
    [70_000_000_000, '70 B'],
  ])('%d parameters are %s', (parameters, text) => {
    expect(formatParameters(parameters)).toBe(text);
  });
});
