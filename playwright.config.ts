import { existsSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from '@playwright/test'

/** A system Chromium where there is one; else the browser that `npx playwright install chromium` brings. */
const chromium =
  process.env.BERTH_CHROMIUM ??
  (process.env.PATH ?? '')
    .split(':')
    .flatMap((dir) => ['chromium', 'google-chrome'].map((name) => path.join(dir, name)))
    .find((file) => existsSync(file))

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  timeout: 90_000,
  // Each worker starts a Berth of its own, with database, cloud and browser.
  workers: 1,
  forbidOnly: true,
  use: {
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: chromium,
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
