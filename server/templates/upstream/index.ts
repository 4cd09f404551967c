/** MCP Registries that are followed: a local copy of what they list, searched here, and what they say of our templates. */
export { proposeFromUpstream } from './propose.ts'
export { addUpstreamRegistry, listUpstreamRegistries, removeUpstreamRegistry } from './registries.ts'
export { startUpstreamSync } from './schedule.ts'
export { searchUpstreamServers } from './search.ts'
export { syncUpstreamRegistry } from './sync.ts'
