import { vi } from 'vitest';

/**
 * What a page that lays nothing out lacks: all its elements have one inner size, which observers are told at once, and fonts are there. Undone by
 * `vi.restoreAllMocks` and `vi.unstubAllGlobals`.
 */
export function stubLayout(width: number, height: number): void {
  Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(width);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(height);
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(private readonly report: () => void) {}
      observe(): void {
        this.report();
      }
      disconnect(): void {
        return;
      }
    },
  );
}
