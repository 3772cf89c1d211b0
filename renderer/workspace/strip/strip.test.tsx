// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ServicesContext } from '../../state/services';
import { sampleSeries } from '../../testing/sample-series';
import { sampleServices } from '../../testing/sample-services';
import { sampleTextModel, sampleTextRun } from '../../testing/sample-text-run';
import { stubLayout } from '../../testing/stub-layout';
import { Strip } from './strip';

const run = sampleTextRun();
const [lane] = run.lanes;
if (lane === undefined) throw new Error('The sample run has a lane');
const { vocabulary } = lane.modelInfo;

let now = 0;

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  stubLayout(620, 300);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function show(length: number): Promise<HTMLElement> {
  const services = await sampleServices([sampleTextModel]);
  render(
    <ServicesContext value={services}>
      <Strip run={run} lane={lane ?? fail()} steps={sampleSeries(vocabulary, length)} title="Chain" mode="cells" />
    </ServicesContext>,
  );
  return screen.getByRole('listbox', { name: 'Steps of Chain' });
}

function fail(): never {
  throw new Error('The sample run has a lane');
}

/** @param pause milliseconds since the scroll before; by default more than between two of a flight */
function scrollTo(strip: HTMLElement, top: number, pause = 500): void {
  now += pause;
  act(() => {
    strip.scrollTop = top;
    fireEvent.scroll(strip);
  });
}

const elementsIn = (strip: HTMLElement): Set<Element> => new Set(strip.querySelectorAll('*'));
/** How far it can be scrolled. */
const endOf = (strip: HTMLElement): number => Number.parseInt((strip.lastElementChild as HTMLElement).style.height, 10) - 300;
const firstStep = (): number => Math.min(...screen.getAllByRole('option').map((cell) => Number(cell.getAttribute('data-step'))));

describe('a strip of thousands of steps', () => {
  it('has only what is in view in the page, as long as it is', async () => {
    const strip = await show(6_000);
    expect(screen.getAllByRole('option').length).toBeGreaterThan(20);
    expect(screen.getAllByRole('option').length).toBeLessThan(300);
    expect(Number.parseInt((strip.lastElementChild as HTMLElement).style.height, 10)).toBeGreaterThan(6_000 * 2);
  });

  it('makes no element anew while it is scrolled from end to end: what there is takes the steps that come into view', async () => {
    const strip = await show(6_000);
    // In the middle there are lines above the view, too.
    scrollTo(strip, 5_000);
    const before = elementsIn(strip);
    const seen = new Set<number>();
    for (let top = 6_000; top < 20_000; top += 1_400) {
      scrollTo(strip, top);
      seen.add(firstStep());
      expect([...elementsIn(strip)].filter((element) => !before.has(element))).toEqual([]);
    }
    expect(seen.size).toBe(10);
  });

  it('lays out nothing while it flies past, and where it lands everything', async () => {
    const strip = await show(6_000);
    scrollTo(strip, 1_000);
    const before = firstStep();
    for (const top of [5_000, 9_000, 16_000]) scrollTo(strip, top, 16);
    expect(firstStep()).toBe(before);
    expect(strip.querySelector('canvas')?.hidden).toBe(false);
    await waitFor(() => {
      expect(firstStep()).toBeGreaterThan(before + 500);
    });
    await waitFor(() => {
      expect(strip.querySelector('canvas')?.hidden).toBe(true);
    });
  });

  it('changes nothing in the page while the same lines are in view', async () => {
    const strip = await show(6_000);
    scrollTo(strip, 10_250);
    const changed = vi.fn<MutationCallback>();
    const observer = new MutationObserver(changed);
    observer.observe(strip, { subtree: true, childList: true, attributes: true, characterData: true });
    for (const top of [10_255, 10_260, 10_270]) scrollTo(strip, top);
    await new Promise((resolve) => setTimeout(resolve));
    observer.disconnect();
    expect(changed).not.toHaveBeenCalled();
  });
});

describe('a strip of a run under way', () => {
  const live = { ...run, outcome: null };

  /** Shown at its end, which it follows; `frames` lets pass what it takes to scroll. */
  async function follow(): Promise<{
    strip: HTMLElement;
    end: number;
    put: (step: number) => Promise<void>;
    grow: () => void;
    frames: () => Promise<void>;
    finish: () => Promise<void>;
  }> {
    const services = await sampleServices([sampleTextModel]);
    vi.spyOn(services.runs, 'view').mockReturnValue(run);
    const steps = sampleSeries(vocabulary, 600);
    const shown = (of: typeof run): React.JSX.Element => (
      <ServicesContext value={services}>
        <Strip run={of} lane={lane ?? fail()} steps={steps} title="Chain" mode="cells" />
      </ServicesContext>
    );
    const { rerender } = render(shown(live));
    const strip = screen.getByRole('listbox', { name: 'Steps of Chain' });
    await waitFor(() => {
      expect(strip.scrollTop).toBeGreaterThan(500);
    });
    scrollTo(strip, strip.scrollTop);
    const frames = async (): Promise<void> => act(async () => services.clock.afterPaint());
    const put = async (step: number): Promise<void> => {
      act(() => {
        services.cursor.hover(run.id, lane?.lane ?? 0, step);
      });
      await frames();
    };
    /** By several lines. */
    const grow = (): void => {
      sampleSeries(vocabulary, 50, steps);
      rerender(shown({ ...live }));
    };
    const finish = async (): Promise<void> => {
      rerender(shown(run));
      await frames();
    };
    return { strip, end: strip.scrollTop, put, grow, frames, finish };
  }

  it('stays at the end when the cursor is put at its beginning, and goes where the cursor is moved', async () => {
    const { strip, end, put } = await follow();
    await put(1);
    expect(strip.scrollTop).toBe(end);
    await put(2);
    expect(strip.scrollTop).toBe(0);
  });

  it('follows the stream also where it has grown by lines whenever the page tells of the scroll to its end', async () => {
    const { strip, end, grow, frames } = await follow();
    grow();
    await frames();
    for (let told = 0; told < 3; told++) {
      const there = strip.scrollTop;
      grow();
      scrollTo(strip, there);
      await frames();
      expect(strip.scrollTop).toBe(endOf(strip));
    }
    expect(strip.scrollTop).toBeGreaterThan(end + 600);
  });

  it('stays where somebody has scrolled back to, also in the frame in which the stream was followed', async () => {
    const { strip, end, grow, frames } = await follow();
    grow();
    await frames();
    scrollTo(strip, end + 60);
    grow();
    await frames();
    expect(strip.scrollTop).toBe(end + 60);
  });

  it('shows the cursor’s step when the run has ended', async () => {
    const { strip, put, finish } = await follow();
    await put(1);
    await finish();
    expect(strip.scrollTop).toBe(0);
  });
});
