// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { ServicesContext } from '../../state/services';
import { sampleKin, sampleServices } from '../../testing/sample-services';
import { DoubtBar } from './doubt-bar';

afterEach(cleanup);

it('says what is needed and what there is, and leaves it to the user', async () => {
  const services = await sampleServices([sampleKin]);
  let begun = 0;
  const ask = (): void => {
    services.activity.doubt({ neededBytes: 3_200_000_000, availableBytes: 1_100_000_000, totalBytes: 8_000_000_000 }, async () => {
      begun += 1;
      return Promise.resolve();
    });
  };
  ask();
  const doubt = () => services.activity.store.getState().doubt;
  const asked = doubt();
  if (asked === null) throw new Error('It was not asked');
  render(
    <ServicesContext value={services}>
      <DoubtBar doubt={asked} />
    </ServicesContext>,
  );
  expect(screen.getByRole('alertdialog').textContent).toContain('This run may need 3.20 GB; 1.10 GB of 8.00 GB are free.');
  fireEvent.click(screen.getByRole('button', { name: 'Do not run' }));
  expect(doubt()).toBeNull();
  expect(begun).toBe(0);
  ask();
  fireEvent.click(screen.getByRole('button', { name: 'Run anyway' }));
  await Promise.resolve();
  expect(begun).toBe(1);
  expect(doubt()).toBeNull();
});
