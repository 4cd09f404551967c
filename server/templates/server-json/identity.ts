/** What a template is called and where it stands in the catalogue, from what a document or an image says of itself. */
import type { CATEGORIES } from '#db/template-content.ts'

const SLUG_MAX = 60
/** Last parts of names that say nothing: the namespace is put before them. */
const SAYS_NOTHING = new Set(['mcp', 'server', 'mcp-server', 'app', 'main', 'api', 'remote'])

const dashed = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, SLUG_MAX)
    .replace(/-+$/, '')

/** `io.github.acme/weather-mcp` is `weather-mcp`; `com.acme/mcp` is `acme-mcp`. */
export function slugOf(name: string): string {
  const [namespace = '', last = ''] = name.includes('/')
    ? [name.slice(0, name.lastIndexOf('/')), name.slice(name.lastIndexOf('/') + 1)]
    : ['', name]
  const bare = dashed(last)
  if (bare !== '' && !SAYS_NOTHING.has(bare)) return bare
  const owner = dashed(namespace.split(/[./]/).at(-1) ?? '')
  return [owner, bare].filter(Boolean).join('-') || 'server'
}

const ACRONYMS: Record<string, string> = {
  mcp: 'MCP',
  api: 'API',
  ai: 'AI',
  sql: 'SQL',
  aws: 'AWS',
  pdf: 'PDF',
  url: 'URL',
}

/** `mcp-server-chart` is `MCP Server Chart`. */
export function titleOf(slug: string): string {
  const words = slug.split('-').filter(Boolean)
  return words.map((word) => ACRONYMS[word] ?? `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join(' ')
}

/** One line as the catalogue wants it. */
export const oneLine = (text: string, max: number): string =>
  text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .replace(/\p{Cs}/gu, '')
    .trim()
    .slice(0, max)
    .replace(/[\p{Cs}]$/u, '')
    .trim()

type Category = (typeof CATEGORIES)[number]
/** The first that fits is taken, so the more telling ones stand first. */
const WORDS: [Category, RegExp][] = [
  [
    'finance',
    /\b(stocks?|crypto|blockchain|on-?chain|ethereum|wallet|trading|payments?|finance|financial|usdc|defi|invoice|bank|market data)\b/,
  ],
  ['security', /\b(security|phishing|vulnerabilit\w+|threat|authoriz\w+|opa|cve|malware|secrets? scanning)\b/],
  ['maps', /\b(maps?|geocod\w+|weather|forecast|parks?|geolocation|route planning)\b/],
  ['communication', /\b(e-?mails?|slack|discord|chat messages?|sms|telegram|whatsapp|translat\w+)\b/],
  ['monitoring', /\b(monitoring|metrics|logs|observability|grafana|prometheus|tracing|alerts)\b/],
  [
    'data',
    /\b(database|sql|postgres\w*|mysql|redis|mongodb|clickhouse|analytics|warehouse|vector|charts?|airtable|duckdb|spreadsheets?)\b/,
  ],
  ['cloud', /\b(cloud|kubernetes|k8s|terraform|aws|azure|gcp|cloudflare|nomad|infrastructure)\b/],
  ['media', /\b(image|video|audio|music|speech|screenshot|spotify|ableton)\b/],
  ['search', /\b(search|retrieval)\b/],
  ['web', /\b(browser|playwright|crawl\w*|scrap\w+|web ?pages?|websites?|wiki)\b/],
  ['files', /\b(files?|filesystem|pdf|documents?|storage)\b/],
  ['business', /\b(crm|sales|hr|recruit\w+|hubspot|salesforce|billing|customers?|marketing|ads)\b/],
  ['productivity', /\b(calendar|tasks?|notes?|todo|notion|reminders?|project management)\b/],
  ['knowledge', /\b(documentation|docs|knowledge|memory|wikipedia|papers?|flashcards?)\b/],
  ['reasoning', /\b(reasoning|thinking|planning)\b/],
  ['ai', /\b(llms?|models?|agents?|embeddings?|prompts?)\b/],
]

export function categoryOf(...texts: (string | undefined)[]): Category {
  const text = texts.join(' ').toLowerCase().slice(0, 5000)
  return WORDS.find(([, words]) => words.test(text))?.[0] ?? 'developer-tools'
}

export function tagsOf(tags: readonly string[]): string[] {
  const bare = tags.map((tag) => oneLine(tag, 40)).filter(Boolean)
  return [...new Set(bare)].slice(0, 20)
}

/** A link that a page may show; everything else is left out. */
export function linkOf(url: string | undefined): string | null {
  if (url === undefined || url.length > 2000 || !URL.canParse(url)) return null
  return /^https?:$/.test(new URL(url).protocol) && /^https?:\/\//i.test(url) ? url : null
}
