import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Flight } from './flight';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a flight', () => {
  it('begins with the second of two jumps that follow one another, and lands when they stop', () => {
    const landed = vi.fn<() => void>();
    const flight = new Flight(landed);
    expect(flight.scrolled(400, 0)).toBe(false);
    expect(flight.scrolled(400, 16)).toBe(true);
    // It goes on however slow it becomes: changing to and fro would flicker.
    expect(flight.scrolled(1, 32)).toBe(true);
    vi.advanceTimersByTime(119);
    expect(landed).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(landed).toHaveBeenCalledTimes(1);
    expect(flight.scrolled(1, 300)).toBe(false);
  });

  it('is no slow scroll, and no jump by itself', () => {
    const flight = new Flight(() => undefined);
    for (let frame = 0; frame < 100; frame++) expect(flight.scrolled(2, frame * 16)).toBe(false);
    expect(flight.scrolled(900, 5_000)).toBe(false);
    expect(flight.scrolled(900, 6_000)).toBe(false);
  });

  it('that is ended lands no more', () => {
    const landed = vi.fn<() => void>();
    const flight = new Flight(landed);
    flight.scrolled(9, 0);
    flight.scrolled(9, 10);
    flight.end();
    vi.advanceTimersByTime(1_000);
    expect(landed).not.toHaveBeenCalled();
  });
});
