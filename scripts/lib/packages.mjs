/** npm packages: installed when the lockfile changed since the last time, never otherwise. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { explain, Problem, root } from './say.mjs'

const STAMP = path.join(root, 'node_modules', '.berth-installed')

/** Runs npm with this Node. @param {{cwd?: string, otherwise: string}} o the sentence for an unexplained failure */
export function npm(args, { cwd = root, otherwise }) {
  const cli = process.env.npm_execpath
  const [file, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []]
  const flags = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...first, ...args, ...flags], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (error) =>
      reject(
        new Problem(
          error.code === 'ENOENT' ? 'npm is not installed: install Node with npm, then start again.' : otherwise,
        ),
      ),
    )
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Problem(explain(output, `${otherwise}\n${output.trim().split('\n').slice(-8).join('\n')}`))),
    )
  })
}

/** @param {{dev: boolean}} o whether the tools of `npm test` are needed too */
export async function ensurePackages({ dev }) {
  const hash = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
  const [had, set] = existsSync(STAMP) ? readFileSync(STAMP, 'utf8').trim().split(' ') : []
  if (had === hash && (set === 'dev' || !dev)) return false
  await npm(['ci', ...(dev ? ['--include=dev'] : ['--omit=dev'])], {
    otherwise: 'The packages could not be installed: see the lines below.',
  })
  writeFileSync(STAMP, `${hash} ${dev ? 'dev' : 'production'}\n`)
  return true
}
