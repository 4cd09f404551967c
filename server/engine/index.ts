/** More types stand in `port.ts`, the droplet commands in `remote-commands.ts`. */
export { createEnginePool } from './pool.ts'
export type { DropletTarget, EnginePool } from './port.ts'
