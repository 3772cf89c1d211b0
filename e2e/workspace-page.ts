import type { Locator, Page } from '@playwright/test';

/** The window by its roles and names, as a screen reader meets it. */
export class WorkspacePage {
  readonly page: Page;
  readonly prompt: Locator;
  readonly problems: Locator;
  readonly run: Locator;
  readonly stop: Locator;
  readonly status: Locator;
  readonly messages: Locator;
  readonly traces: Locator;

  constructor(page: Page) {
    this.page = page;
    this.prompt = page.getByRole('textbox', { name: 'Prompt', exact: true });
    this.problems = page.getByRole('list', { name: 'Problems of the prompt' });
    this.run = page.getByRole('button', { name: /^Run\b/ });
    this.stop = page.getByRole('button', { name: /^Stop\b/ });
    this.status = page.getByRole('status', { name: 'Status' });
    this.messages = page.getByRole('region', { name: 'Messages' });
    this.traces = page.getByRole('button', { name: 'Traces' });
  }

  lane(title: string): Locator {
    return this.page.getByRole('region', { name: title, exact: true });
  }

  /** The cells of a lane's strip. */
  steps(title: string): Locator {
    return this.page.getByRole('listbox', { name: `Steps of ${title}` }).getByRole('option');
  }

  /** The bar of a run on screen, 1 = the uppermost. */
  row(number: number): Locator {
    return this.page.getByRole('group', { name: `Run ${number}`, exact: true });
  }
}
