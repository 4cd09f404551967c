/**
 * Tokens with custom scopes: `anything-scopes=droplet:read,account:read` grants only what it lists; `droplet:*` grants
 * all of a resource. A token without that suffix has full access.
 */
const SUFFIX = /-scopes=([a-z_:*,]*)$/

/** Null means everything. */
export function grantedScopes(token: string): { has(scope: string): boolean } | null {
  const listed = SUFFIX.exec(token)?.[1]?.split(',')
  if (!listed) return null
  const all = new Set(listed)
  return { has: (scope) => all.has(scope) || all.has(`${scope.split(':')[0]}:*`) }
}
