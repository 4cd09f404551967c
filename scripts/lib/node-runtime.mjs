/**
 * The server's TypeScript runs in Node itself, from 22.18 on. On an older Node (20 and up) the scripts fetch one from
 * npm into `.runtime/` and go on with that.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { npm } from './packages.mjs'
import { root } from './say.mjs'

const MINIMUM = [22, 18]
/** Pinned; the packages `node-<platform>-<arch>` hold the official builds. */
const VERSION = '24.21.0'

const enough = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])
}

/** @returns {Promise<string>} path of a Node that runs the server */
export async function nodeRuntime() {
  if (enough()) return process.execPath
  const name = `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${process.platform}-${process.arch}`
  const folder = path.join(root, '.runtime', VERSION)
  const binary = path.join(folder, 'node_modules', name, 'bin', 'node')
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n')
    await npm(['install', '--no-save', '--no-package-lock', '--ignore-scripts', `${name}@${VERSION}`], {
      cwd: folder,
      otherwise: `Berth needs Node 22.18 or newer and could not fetch one: install Node 24, then start again.`,
    })
  }
  return binary
}
