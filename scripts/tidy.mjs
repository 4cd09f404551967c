/**
 * House rules that a program can hold: prose drifts, this does not. `npm run tidy` prints `file:line rule` for each
 * breach and exits 1. What each rule is for stands beside it.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root, say } from './lib/say.mjs'

const LINES_MAX = 300
/** Files over LINES_MAX, each with its reason; the list may only shrink. */
const LONG_FILES = JSON.parse(readFileSync(path.join(root, 'scripts/long-files.json'), 'utf8'))

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(path.join(root, file)))
const code = tracked.filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.startsWith('db/migrations/'))
const isTest = (file) => /\.test\.tsx?$|(^|\/)testing[-.\w]*\.ts$|^e2e\/|^bench\/|contract\.ts$|^fixtures\//.test(file)
const product = code.filter(
  (file) => !isTest(file) && !file.startsWith('scripts/') && !/^[\w.-]+\.(ts|mjs)$/.test(file),
)

/** @type {{name: string, files: string[], pattern: RegExp}[]} */
const PATTERNS = [
  {
    name: 'placement is pure: pass time, randomness and ids in',
    files: product.filter((file) => file.startsWith('server/placement/')),
    pattern: /Date\.now|new Date\(|Math\.random|performance\.|node:crypto|from 'uuid'|await /,
  },
  {
    name: 'the environment is read in server/config.ts only',
    files: product.filter((file) => file !== 'server/config.ts' && !/^(local-cloud|db)\//.test(file)),
    pattern: /process\.env/,
  },
  {
    name: 'R1: a remote command is a literal of server/engine/remote-commands.ts',
    files: product.filter((file) => file !== 'server/engine/remote-commands.ts'),
    pattern: /as RemoteCommand|as unknown as RemoteCommand/,
  },
  {
    // Trivy is the operator's own binary and has no library: one file runs it, by a list of arguments. Container files
    // are text to the server: they run in throw-away containers only, and may not be imported (below).
    name: 'R1: the server starts no processes but Trivy',
    files: product.filter(
      (f) =>
        /^(server|app|components)\//.test(f) &&
        f !== 'server/templates/validation/trivy.ts' &&
        !f.startsWith('server/packages/container-files/'),
    ),
    pattern: /child_process/,
  },
  {
    name: 'R1: what is for containers is never loaded by the server',
    files: product,
    pattern: /(from|import\() ?['"`][^'"`]*container-files\//,
  },
  {
    name: 'R1: no shell',
    files: code.filter((f) => f !== 'scripts/tidy.mjs'),
    pattern: /shell: true|\bexecSync\(|promisify\(exec\)/,
  },
  {
    name: 'R4: no escaping helper',
    files: code.filter((f) => f !== 'scripts/tidy.mjs'),
    pattern: /(shell|sh|bash)(Escape|Quote)|(escape|quote)(Shell|Sh|Arg)\b|shell-quote|shellwords/i,
  },
  {
    name: 'transactions go through server/tx.ts',
    files: product.filter((file) => file.startsWith('server/') && file !== 'server/tx.ts'),
    pattern: /\.transaction\(|\bsql\.begin\(/,
  },
  {
    name: 'R16: no API input is a file path',
    files: product.filter((file) => file.startsWith('server/api/')),
    pattern: /node:fs|node:path/,
  },
  {
    name: 'finish it or leave it out',
    files: code.filter((f) => f !== 'scripts/tidy.mjs'),
    pattern: /\b(TODO|FIXME|XXX|HACK)\b|\b(it|test|describe)\.(only|todo)\(|@ts-ignore/,
  },
  {
    name: 'status colours and words live in components/status',
    files: product.filter((file) => /^(app|components)\//.test(file) && !/^components\/(status|ui)\//.test(file)),
    pattern: /\b(bg|text|border)-(red|green|emerald|amber|yellow|sky|blue|rose)-\d{2,3}\b/,
  },
]

const breaches = []
for (const { name, files, pattern } of PATTERNS)
  for (const file of files)
    for (const [index, line] of read(file).split('\n').entries())
      if (pattern.test(line)) breaches.push(`${file}:${index + 1} ${name}`)

for (const file of code) {
  const lines = read(file).split('\n').length - 1
  const listed = LONG_FILES[file]
  if (lines > LINES_MAX && !listed)
    breaches.push(`${file}:${LINES_MAX} has ${lines} lines: split it where a reader would look for the part`)
  if (lines <= LINES_MAX && listed)
    breaches.push(`scripts/long-files.json:1 ${file} is short again: take it off the list`)
}

/** A doc that names a file that moved is worse than none. */
for (const file of tracked.filter((name) => name.endsWith('.md'))) {
  for (const [index, line] of read(file).split('\n').entries()) {
    for (const [, named] of line.matchAll(
      /`((?:app|server|db|components|local-cloud|e2e|bench|docs|scripts|fixtures)\/[\w\-./()[\]]*[\w/])`/g,
    ))
      if (!existsSync(path.join(root, named)))
        breaches.push(`${file}:${index + 1} names ${named}, which does not exist`)
    for (const [, link] of line.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g))
      if (!existsSync(path.resolve(root, path.dirname(file), link)))
        breaches.push(`${file}:${index + 1} links to ${link}, which does not exist`)
  }
}

function read(file) {
  return readFileSync(path.join(root, file), 'utf8')
}

for (const breach of breaches) say(breach)
say(breaches.length === 0 ? `tidy: ${code.length} files keep the house rules` : `tidy: ${breaches.length} to mend`)
process.exit(breaches.length === 0 ? 0 : 1)
