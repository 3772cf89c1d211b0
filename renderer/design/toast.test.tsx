// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { showError, Toaster } from './toast';

afterEach(cleanup);

it('says what failed before the page was there, and what failed after', async () => {
  // A message stands there twice: to be seen, and to be read aloud at once.
  const said = async (text: string): Promise<number> => (await screen.findAllByText(text)).length;
  showError({ code: 'unknown-trace', message: 'There is no trace at /x.', hint: 'Check the path.' });
  render(<Toaster />);
  expect(await said('There is no trace at /x.')).toBeGreaterThan(0);
  showError({ code: 'bad-trace', message: 'It is no trace.', hint: '' });
  expect(await said('It is no trace.')).toBeGreaterThan(0);
  expect(await said('There is no trace at /x.')).toBeGreaterThan(0);
});
