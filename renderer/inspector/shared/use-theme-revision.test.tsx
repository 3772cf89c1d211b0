// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useThemeRevision } from './use-theme-revision';

const setTheme = async (theme: string): Promise<void> => {
  await act(async () => {
    document.documentElement.dataset['theme'] = theme;
    await new Promise((resolve) => setTimeout(resolve));
  });
};

beforeEach(() => {
  Object.defineProperty(document, 'fonts', { value: new EventTarget(), configurable: true });
});
afterEach(cleanup);

it('gives a panel opened in another theme another number than the panels before it', async () => {
  await setTheme('light');
  const first = renderHook(useThemeRevision);
  const light = first.result.current;
  await setTheme('dark');
  const dark = first.result.current;
  expect(dark).not.toBe(light);
  expect(renderHook(useThemeRevision).result.current).toBe(dark);
});

it('does not take up an old number after nobody watched for a while', async () => {
  const first = renderHook(useThemeRevision);
  const before = first.result.current;
  first.unmount();
  await setTheme('light');
  expect(renderHook(useThemeRevision).result.current).not.toBe(before);
});
