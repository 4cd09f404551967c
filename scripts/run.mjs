/** Runs one of Berth's programs with a Node that can: `node scripts/run.mjs bench/main.ts deploy`. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { nodeRuntime } from './lib/node-runtime.mjs'
import { whenNpmEnds } from './lib/npm-parent.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { Problem, red, root } from './lib/say.mjs'

const [file, ...args] = process.argv.slice(2)

try {
  const [node] = await Promise.all([nodeRuntime(), ensurePackages({ dev: file.startsWith('bench/') })])
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', path.join(root, file), ...args], {
    cwd: root,
    stdio: 'inherit',
  })
  // Ctrl-C reaches the child by itself; what is sent to this process alone is passed on.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  whenNpmEnds(() => child.kill('SIGTERM'))
  child.once('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
} catch (error) {
  process.stderr.write(`${red(error instanceof Problem ? error.message : String(error?.stack))}\n`)
  process.exit(1)
}
