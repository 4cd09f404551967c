/** The pages: built when a source that they are made of changed since the last build. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { explain, Problem, root } from './say.mjs'

const STAMP = path.join(root, '.next', 'berth-built')
const SOURCES = [
  'app',
  'components',
  'db',
  'server',
  'public',
  'package-lock.json',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
]

function* files(entry) {
  const full = path.join(root, entry)
  if (!existsSync(full)) return
  let listing
  try {
    listing = readdirSync(full, { withFileTypes: true })
  } catch {
    yield entry
    return
  }
  for (const item of listing.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (item.isDirectory()) yield* files(path.join(entry, item.name))
    else if (!/\.test\.tsx?$/.test(item.name)) yield path.join(entry, item.name)
  }
}

function sourcesHash() {
  const hash = createHash('sha256')
  for (const file of SOURCES.flatMap((entry) => [...files(entry)]))
    hash.update(`${file}\0`).update(readFileSync(path.join(root, file)))
  return hash.digest('hex')
}

/** @param {string} node @returns {Promise<boolean>} whether a build was needed */
export async function ensureBuild(node) {
  const hash = sourcesHash()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash) return false
  await new Promise((resolve, reject) => {
    const child = spawn(node, [path.join(root, 'node_modules/next/dist/bin/next'), 'build'], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Problem(`${explain(output, 'The pages could not be built:')}\n${output.trim()}`)),
    )
  })
  writeFileSync(STAMP, hash)
  return true
}
