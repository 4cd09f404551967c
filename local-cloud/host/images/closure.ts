/** Which installed packages a server needs at run time: the closure of its production dependencies in node_modules. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().default(false) })).default({}),
})

/**
 * @param root folder that holds `node_modules`
 * @returns folders relative to `root`, sorted, e.g. `node_modules/a`, `node_modules/a/node_modules/b`
 * @throws Error when a needed package is not installed
 */
export function productionClosure(root: string, packages: string[]): string[] {
  const found = new Set<string>()
  const queue = packages.map((name) => ({ name, from: root, optional: false }))
  for (let next = queue.pop(); next; next = queue.pop()) {
    const folder = resolvePackage(root, next.from, next.name)
    if (folder === null) {
      if (next.optional) continue
      throw new Error(
        `${next.name}, needed by ${path.relative(root, next.from) || 'an image'}, is not installed: run npm install`,
      )
    }
    if (found.has(folder)) continue
    found.add(folder)
    const needs = manifest.parse(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')))
    for (const name of Object.keys(needs.dependencies))
      queue.push({ name, from: folder, optional: name in needs.optionalDependencies })
    for (const name of Object.keys(needs.optionalDependencies)) queue.push({ name, from: folder, optional: true })
    for (const name of Object.keys(needs.peerDependencies))
      if (!needs.peerDependenciesMeta[name]?.optional) queue.push({ name, from: folder, optional: true })
  }
  return [...found].map((folder) => path.relative(root, folder)).sort()
}

/** As Node resolves: the nearest `node_modules` on the way up, but not above `root`. */
function resolvePackage(root: string, from: string, name: string): string | null {
  for (let dir = from; dir.length >= root.length; dir = path.dirname(dir)) {
    const folder = path.join(dir, 'node_modules', name)
    if (existsSync(path.join(folder, 'package.json'))) return folder
  }
  return null
}
