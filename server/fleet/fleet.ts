/** The fleet's running parts, put together once a process. */
import type { Cloud } from '#server/cloud/port.ts'
import type { EnginePool } from '#server/engine/port.ts'
import type { Log } from '#server/observability/log.ts'
import { createBackground } from './background.ts'
import { createClouds } from './clouds.ts'
import type { Fleet } from './types.ts'

/** @param parts.makeCloud builds the client of one token */
export const createFleet = (parts: { makeCloud: (token: string) => Cloud; pool: EnginePool; log: Log }): Fleet => ({
  clouds: createClouds(parts.makeCloud),
  pool: parts.pool,
  background: createBackground(parts.log),
})
