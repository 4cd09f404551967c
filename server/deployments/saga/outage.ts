/** Is this Postgres being away, rather than anything about the deployment? Then the step is repeated, not failed. */

/** Codes of postgres.js for a lost connection, and Node's for one that never came about. */
const CONNECTION = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'CONNECTION_CONNECT_TIMEOUT',
])
/** SQLSTATE classes: connection exception, insufficient resources, operator intervention. */
const STATES = /^(08|53|57)/
const CHAIN_MAX = 5

export function isDatabaseOutage(error: unknown): boolean {
  let at: unknown = error
  for (let depth = 0; at instanceof Error && depth < CHAIN_MAX; depth++) {
    // Only errors of the driver: an engine or a cloud may fail with ECONNREFUSED of its own.
    const code = 'code' in at ? String(at.code) : ''
    const fromDriver = at.name === 'PostgresError' || 'query' in at || at.stack?.includes('/node_modules/postgres/')
    if (CONNECTION.has(code) || (at.name === 'PostgresError' && STATES.test(code))) return true
    if (fromDriver && (code === 'ECONNREFUSED' || code === 'ECONNRESET')) return true
    at = at.cause
  }
  return false
}
