/** The built-in catalogue of public servers; where its facts come from stands in README.md beside it. */
import { CLOUD } from './cloud.ts'
import { CODE } from './code.ts'
import { DATA } from './data.ts'
import type { PublicServer } from './entry.ts'
import { OPERATIONS } from './operations.ts'
import { PLATFORMS } from './platforms.ts'
import { WEB } from './web.ts'
import { WORK } from './work.ts'
import { WORLD } from './world.ts'

export { contentOfServer, popularityOf } from './entry.ts'
export const PUBLIC_SERVERS: PublicServer[] = [
  ...CODE,
  ...CLOUD,
  ...DATA,
  ...PLATFORMS,
  ...OPERATIONS,
  ...WEB,
  ...WORK,
  ...WORLD,
]
