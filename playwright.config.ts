import { defineConfig } from '@playwright/test';

/** End-to-end tests drive the real window in real Electron; the executable comes through INTERLINEAR_ELECTRON. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // One window at a time: tests share the display, and two engines on two cores would only wait for each other.
  workers: 1,
  fullyParallel: false,
  // A test that passes on the second try hides a race that a user will meet on the first.
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['list'], ['json', { outputFile: process.env['INTERLINEAR_E2E_REPORT'] ?? 'test-results/e2e.json' }]],
  use: { trace: 'retain-on-failure', screenshot: 'only-on-failure' },
});
