/** MCP Registries that are followed: a local copy of what they list, searched here, and what they say of our templates. */
export { proposeFromUpstream } from './propose.ts'
export { addUpstreamRegistry, listUpstreamRegistries, removeUpstreamRegistry } from './registries.ts'
export { startUpstreamSync, type UpstreamSync } from './schedule.ts'
export { searchUpstreamServers } from './search.ts'
export { type SyncReport, syncUpstreamRegistry } from './sync.ts'
