/** Next, inside our own server: pages, their assets, and next-auth's route. */
import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import next from 'next'
import { type Config, ConfigError } from '#server/config.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

/** @throws ConfigError when the pages were never built */
export async function preparePages(
  config: Config,
): Promise<(req: IncomingMessage, res: ServerResponse) => Promise<void>> {
  if (!config.dev && !existsSync(path.join(ROOT, '.next', 'BUILD_ID')))
    throw new ConfigError('The pages are not built: run `npm start`, or `npx next build` before server/main.ts.')
  const app = next({ dev: config.dev, dir: ROOT, hostname: config.host, port: config.port, quiet: !config.dev })
  await app.prepare()
  return app.getRequestHandler()
}
