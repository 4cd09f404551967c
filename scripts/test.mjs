/**
 * `npm test`: everything that tells whether Berth is right, in the order of how soon it answers.
 * On Debian as root it installs what the suites need; elsewhere it uses what is there and says at the end what it
 * could not run. `npm test -- --only unit,integration` runs some of it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuild } from './lib/build.mjs'
import { nodeRuntime } from './lib/node-runtime.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { bold, dim, explain, green, Problem, red, root, say, yellow } from './lib/say.mjs'

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const only = values.only?.split(',')

/** Debian package → the command that shows that it is there. */
const DEBIAN = {
  chromium: 'chromium',
  'docker.io': 'dockerd',
  'openssh-server': 'sshd',
  'docker-registry': 'docker-registry',
  iproute2: 'ip',
  'cloud-init': 'cloud-init',
  'python3-pip': 'pip3',
  procps: 'ps',
}
const SEARCH = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`
const has = (command) => SEARCH.split(':').some((dir) => existsSync(path.join(dir, command)))

function installDebianPackages() {
  const missing = Object.entries(DEBIAN).filter(([, command]) => !has(command))
  if (missing.length === 0 || process.getuid?.() !== 0 || !has('apt-get')) return
  const names = missing.map(([name]) => name)
  say(`installing ${names.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' })
  // Services must not start: the suites run sshd and dockerd of their own.
  const result = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], {
    env,
    encoding: 'utf8',
  })
  if (result.status !== 0) say(yellow(`apt-get could not install them: ${result.stderr.trim().split('\n').at(-1)}`))
}

/** What this machine can't run, with how to enable it. */
function missingSuites() {
  const missing = []
  if (!has('chromium') && !process.env.BERTH_CHROMIUM)
    missing.push(['browser', 'install Chromium, or set BERTH_CHROMIUM to the path of a Chrome or Chromium'])
  const host = ['dockerd', 'sshd', 'docker-registry', 'ip'].filter((command) => !has(command))
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    missing.push(['host driver', 'run npm test as root on Linux'])
  else if (host.length > 0) missing.push(['host driver', `install ${host.join(', ')}`])
  if (!has('cloud-init')) missing.push(['cloud-init schema', 'install cloud-init'])
  return missing
}

const results = []

/** Runs one suite to its end and shows its output only when it failed (or when it is a test run). */
function run(name, node, file, args, { show = false, env = {} } = {}) {
  if (only && !only.includes(name)) return Promise.resolve(true)
  const started = performance.now()
  return new Promise((resolve) => {
    const child = spawn(node, [...(file ? [path.join(root, file)] : []), ...args], {
      cwd: root,
      env: { ...process.env, PATH: `${path.dirname(node)}:${SEARCH}`, NEXT_TELEMETRY_DISABLED: '1', ...env },
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    })
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.once('exit', (code) => {
      const ok = code === 0
      results.push({ name, ok })
      if (!ok && !show) say(output.trim())
      say(
        `${ok ? green('ok  ') : red('FAIL')} ${name} ${dim(`${((performance.now() - started) / 1000).toFixed(1)} s`)}`,
      )
      resolve(ok)
    })
  })
}

const counts = { passed: 0, failed: 0, skipped: 0 }

function countVitest(file) {
  if (!existsSync(file)) return
  const report = JSON.parse(readFileSync(file, 'utf8'))
  counts.passed += report.numPassedTests
  counts.failed += report.numFailedTests
  counts.skipped += report.numPendingTests + (report.numTodoTests ?? 0)
}

function countPlaywright(file) {
  if (!existsSync(file)) return
  const { stats } = JSON.parse(readFileSync(file, 'utf8'))
  counts.passed += stats.expected + stats.flaky
  counts.failed += stats.unexpected
  counts.skipped += stats.skipped
}

async function main() {
  installDebianPackages()
  const [node] = await Promise.all([nodeRuntime(), ensurePackages({ dev: true })])
  const reports = mkdtempSync(path.join(os.tmpdir(), 'berth-reports-'))
  const bin = (name) => `node_modules/${name}`
  await Promise.all([
    run('format and lint', node, bin('@biomejs/biome/bin/biome'), ['ci', '--error-on-warnings', '.']),
    run('tidy', node, 'scripts/tidy.mjs', []),
    run('types', node, bin('typescript/bin/tsc'), ['--noEmit']),
  ])
  await Promise.all([
    run('dead code', node, bin('knip/bin/knip.js'), []),
    run('layers', node, bin('dependency-cruiser/bin/dependency-cruiser.mjs'), [
      '--config',
      '.dependency-cruiser.cjs',
      'app',
      'components',
      'server',
      'db',
      'local-cloud',
    ]),
  ])
  const vitest = (project) => [
    'run',
    '--project',
    project,
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${reports}/${project}.json`,
  ]
  await run('unit', node, bin('vitest/vitest.mjs'), vitest('unit'), { show: true })
  if (!only || only.includes('integration') || only.includes('browser')) await ensureBuild(node)
  await run('integration', node, bin('vitest/vitest.mjs'), vitest('integration'), { show: true })
  const missing = missingSuites()
  if (!missing.some(([suite]) => suite === 'browser'))
    await run('browser', node, bin('@playwright/test/cli.js'), ['test', '--reporter=line,json'], {
      show: true,
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: `${reports}/browser.json` },
    })
  for (const project of ['unit', 'integration']) countVitest(path.join(reports, `${project}.json`))
  countPlaywright(path.join(reports, 'browser.json'))
  rmSync(reports, { recursive: true, force: true })

  say('')
  for (const [suite, how] of missing) say(yellow(bold(`NOT RUN: ${suite}. To enable it: ${how}.`)))
  const failed = results.filter((result) => !result.ok)
  say(failed.length === 0 ? green('all suites are green') : red(`failed: ${failed.map((f) => f.name).join(', ')}`))
  say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exit(failed.length === 0 ? 0 : 1)
}

main().catch((error) => {
  say(red(error instanceof Problem ? error.message : explain(String(error?.code ?? ''), error?.stack ?? String(error))))
  process.exit(1)
})
