/** `npm run import:check -- FILE`: what the importer makes of every document of a file, as lines and as a table. */
import { readFileSync } from 'node:fs'
import { type Imported, importServerJson } from './import.ts'
import { isObject } from './json.ts'

/** Outcomes don't depend on it: any image can be the runner. */
const RUNNERS = { node: 'docker.io/library/node:24-slim', python: 'docker.io/library/python:3.13-slim' }

type Outcome = { kind: string; accepted: boolean; detail: string }

/** `{key: document}`, an array of documents, or one document. */
function documentsOf(content: unknown): [string, unknown][] {
  if (Array.isArray(content)) return content.map((document, i) => [String(i), document])
  if (!isObject(content)) return [['document', content]]
  const isOne = typeof content.name === 'string' || '$schema' in content || isObject(content.server)
  return isOne ? [[String(content.name ?? 'document'), content]] : Object.entries(content)
}

function outcomeOf(document: unknown): Outcome {
  try {
    return describe(importServerJson(document, { runners: RUNNERS }))
  } catch (error) {
    return { kind: 'crashed', accepted: false, detail: String(error) }
  }
}

function describe(imported: Imported): Outcome {
  if (!imported.ok) {
    const [first, ...more] = imported.refusals
    const others = more.length > 0 ? ` (and ${more.length} more)` : ''
    return { kind: `refused: ${imported.kind}`, accepted: false, detail: `${first?.path}: ${first?.reason}${others}` }
  }
  const { config } = imported.content
  const { package: source, transport } = config
  const what = source ? `${source.identifier}@${source.version}` : config.image
  const where = transport.type === 'stdio' ? 'stdio' : `${transport.type} :${transport.port}${transport.path}`
  const asked = config.environmentVariables.filter(
    (v) => v.isRequired && v.default === undefined && v.value === undefined,
  )
  const needs = asked.length > 0 ? `, needs ${asked.map((v) => v.name).join(' ')}` : ''
  return { kind: `accepted: ${source?.registryType ?? 'oci'}`, accepted: true, detail: `${what}, ${where}${needs}` }
}

/** A key or a message may hold anything; a line is a line. */
const printable = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, 400)

function main(file: string | undefined): number {
  if (file === undefined) {
    console.error('Usage: npm run import:check -- FILE')
    return 2
  }
  let documents: [string, unknown][]
  try {
    documents = documentsOf(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    console.error(`${file} can’t be read: ${error instanceof Error ? error.message : error}`)
    return 2
  }
  const counts = new Map<string, number>()
  for (const [key, document] of documents) {
    const { kind, detail } = outcomeOf(document)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    console.log(printable(`${key}  ${kind}  ${detail}`))
  }
  console.log('')
  for (const [kind, count] of [...counts].toSorted()) console.log(`${String(count).padStart(6)}  ${kind}`)
  const sum = (prefix: string) => [...counts].reduce((total, [kind, n]) => total + (kind.startsWith(prefix) ? n : 0), 0)
  const crashed = sum('crashed')
  console.log(`accepted=${sum('accepted')} refused=${sum('refused')} crashed=${crashed}`)
  return crashed > 0 ? 1 : 0
}

process.exitCode = main(process.argv[2])
