import type { Page } from '@playwright/test';
import { percentile } from './spread';
import { idle, launch, type Memory, memory } from './window';

const frames = 240;

/** Milliseconds between frames. */
interface FrameTimes {
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
}

export interface ReopeningFigures {
  /** Seconds from starting the program until the first steps are seen, all of them are there, and nothing more is under way. */
  readonly firstSteps: number;
  readonly allSteps: number;
  readonly idle: number;
  readonly memory: Memory;
  /** The strip from its beginning to its end in 240 frames, and a line a frame, as a wheel does it. */
  readonly fastScroll: FrameTimes;
  readonly slowScroll: FrameTimes;
  /** The cursor along the timeline, from its beginning to its end, by the pointer. */
  readonly timeline: FrameTimes;
}

/** A new start of the program that opens the trace of its last session: how long until it can be used, and how smoothly it moves. @param steps of its first lane */
export async function measureReopening(root: string, userData: string, steps: number): Promise<ReopeningFigures> {
  const started = performance.now();
  const since = (): number => (performance.now() - started) / 1000;
  const app = await launch(root, userData);
  const page = await app.firstWindow();
  const first = page.getByRole('listbox').first().getByRole('option').first();
  await first.waitFor({ timeout: 120_000 });
  const firstSteps = since();
  await page.waitForFunction(
    (count) => document.querySelector('[role=listbox] [role=option]')?.getAttribute('aria-setsize') === String(count),
    steps,
    { polling: 20, timeout: 120_000 },
  );
  const allSteps = since();
  await idle(page);
  const figures = { firstSteps, allSteps, idle: since(), memory: await memory(app) };
  const fastScroll = await scrolled(page, null);
  await idle(page);
  const slowScroll = await scrolled(page, 41);
  await idle(page);
  const timeline = await swept(page);
  await app.close();
  return { ...figures, fastScroll, slowScroll, timeline };
}

/** @param pixels a frame; null: all there are in as many frames */
async function scrolled(page: Page, pixels: number | null): Promise<FrameTimes> {
  const strip = page.getByRole('listbox').first();
  return figuresOf(
    await strip.evaluate(
      async (element, { count, step }) => {
        const all = element.scrollHeight - element.clientHeight;
        const taken: number[] = [];
        let before = await new Promise(requestAnimationFrame);
        for (let frame = 1; frame <= count; frame++) {
          element.scrollTop = step === null ? (frame / count) * all : frame * step;
          const now = await new Promise(requestAnimationFrame);
          taken.push(now - before);
          before = now;
        }
        return taken;
      },
      { count: frames, step: pixels },
    ),
  );
}

async function swept(page: Page): Promise<FrameTimes> {
  const plot = page.getByRole('region', { name: 'Timeline' }).getByRole('slider');
  return figuresOf(
    await plot.evaluate(async (element, count) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const taken: number[] = [];
      let before = await new Promise(requestAnimationFrame);
      for (let frame = 1; frame <= count; frame++) {
        const place = { clientX: left + 50 + ((width - 80) * frame) / count, clientY: top + height / 2 };
        element.dispatchEvent(new PointerEvent('pointermove', { bubbles: true, ...place }));
        const now = await new Promise(requestAnimationFrame);
        taken.push(now - before);
        before = now;
      }
      return taken;
    }, frames),
  );
}

function figuresOf(times: readonly number[]): FrameTimes {
  return { median: percentile(times, 0.5), p95: percentile(times, 0.95), longest: Math.max(...times) };
}
