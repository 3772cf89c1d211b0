// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { ParityBadge } from './parity-badge';

afterEach(cleanup);

it('says what was checked, how far apart it was and what is allowed, rounding no limit', async () => {
  const reference = { name: 'equalsReference', passed: true, maximumDifference: 0.0634, tolerance: 0.25, compared: 'all layers' } as const;
  const exact = { ...reference, name: 'exactlyEqualsReference', passed: false, maximumDifference: 4.94e-6, tolerance: 2e-6 } as const;
  render(<ParityBadge checks={[reference, exact]} nameOf={(id) => id} />);
  fireEvent.click(screen.getByRole('button', { name: 'parity failed · 1 of 2' }));
  const rows = (await screen.findAllByRole('row')).slice(1).map(({ textContent }) => textContent);
  expect(rows).toEqual(['Equals the reference✓ passed6.3e-22.5e-1all layers', 'Equals the reference exactly✗ failed4.9e-62e-6all layers']);
});
