/** Names that are made to be mistaken for an official publisher's. */
import type { TemplateContent } from '#db/template-content.ts'
import { parseReference } from '#server/registry/index.ts'
import { type Finding, fail, pass, skipped, warn } from './checks.ts'

/** `host/namespace` of publishers that people trust by name. */
const OFFICIAL_IMAGES = [
  'docker.io/library',
  'docker.io/mcp',
  'docker.io/modelcontextprotocol',
  'docker.io/docker',
  'docker.io/grafana',
  'docker.io/hashicorp',
  'docker.io/mongodb',
  'docker.io/elastic',
  'docker.io/cloudflare',
  'docker.io/stripe',
  'docker.io/atlassian',
  'docker.io/supabase',
  'docker.io/anthropic',
  'ghcr.io/github',
  'ghcr.io/modelcontextprotocol',
  'ghcr.io/microsoft',
  'ghcr.io/anthropics',
  'ghcr.io/aws',
  'ghcr.io/awslabs',
  'ghcr.io/grafana',
  'ghcr.io/googleapis',
  'mcr.microsoft.com/playwright',
  'mcr.microsoft.com/azure-sdk',
  'public.ecr.aws/awslabs-mcp',
]

const OFFICIAL_SCOPES = [
  '@modelcontextprotocol',
  '@anthropic-ai',
  '@azure',
  '@microsoft',
  '@playwright',
  '@cloudflare',
  '@stripe',
  '@sentry',
  '@supabase',
  '@notionhq',
  '@elastic',
  '@heroku',
  '@google-cloud',
]

/** Below this length one changed letter makes another honest word: `mcp`, `map`. */
const DISTANCE_ONE_FROM = 5
const DISTANCE_TWO_FROM = 12

/** What a hurried reader sees: digits as letters, `rn` as `m`, no separators. */
export function folded(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_.]/g, '')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/cl/g, 'd')
    .replace(/[0-9]/g, (digit) => 'olzeasbtbg'[Number(digit)] ?? digit)
    .replace(/[il|]/g, 'l')
}

/** Damerau-Levenshtein: insertions, deletions, changes and swaps of neighbours (optimal string alignment). */
export function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (before[j - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change, swap))
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

export type Likeness = { of: string; how: 'same-to-the-eye' | 'one-letter-off' | 'adorned' | 'other-registry' }

const ADORNED = /^(?:the|real|original)$|^(?:official|officiel|inc|corp|verified|support|hq|team)$/

/** @returns the name that `name` could be mistaken for; null for itself and for what is far from all */
export function likeness(name: string, officials: readonly string[]): Likeness | null {
  if (officials.includes(name)) return null
  for (const of of officials) if (folded(name) === folded(of)) return { of, how: 'same-to-the-eye' }
  for (const of of officials) {
    const allowed = of.length >= DISTANCE_TWO_FROM ? 2 : of.length >= DISTANCE_ONE_FROM ? 1 : 0
    if (allowed > 0 && distance(folded(name), folded(of)) <= allowed) return { of, how: 'one-letter-off' }
  }
  const words = name.replace(/^@/, '').split(/[-_.]/)
  for (const of of officials) {
    const own = of.replace(/^@/, '').split(/[-_.]/)
    const rest = words.filter((word) => !own.includes(word))
    if (own.every((word) => words.includes(word)) && rest.length > 0 && rest.every((word) => ADORNED.test(word)))
      return { of, how: 'adorned' }
  }
  return null
}

const HOSTS = [
  ...new Set([...OFFICIAL_IMAGES.map((one) => one.split('/')[0] ?? ''), 'quay.io', 'gcr.io', 'registry.gitlab.com']),
]
/** Names on these can be registered by anybody. */
const OPEN_HOSTS = new Set(['docker.io', 'ghcr.io', 'quay.io', 'registry.gitlab.com', 'public.ecr.aws'])

export function publisher(content: TemplateContent): Finding {
  const source = content.config.package
  return source ? ofPackage(source.identifier) : ofImage(content.config.image)
}

function ofPackage(identifier: string): Finding {
  const scope = identifier.startsWith('@') ? (identifier.split('/')[0] ?? '').toLowerCase() : null
  if (!scope) return pass(`No official publisher’s name is imitated.`, [`Package: ${identifier}`])
  return judge(scope, likeness(scope, OFFICIAL_SCOPES), OFFICIAL_SCOPES.includes(scope))
}

function ofImage(image: string): Finding {
  const named = nameOf(image)
  if (!named) return skipped('Not checked: the image reference can’t be read.')
  const { host, namespace } = named
  const name = `${host}/${namespace}`
  // An address or a name without a dot is one of the operator's own.
  if (!/[a-z]/.test(host) || !host.includes('.') || host.includes(':'))
    return pass('It comes from a registry of your own.', [`Publisher: ${name}`])
  const likeHost = likeness(host, HOSTS)
  if (likeHost) return judge(host, likeHost, false)
  const here = OFFICIAL_IMAGES.filter((one) => one.startsWith(`${host}/`)).map((one) => one.slice(host.length + 1))
  const like = likeness(namespace, here)
  if (like) return judge(name, { ...like, of: `${host}/${like.of}` }, false)
  const elsewhere = OFFICIAL_IMAGES.find(
    (one) => one.split('/')[1] === namespace && namespace.length >= DISTANCE_TWO_FROM,
  )
  if (!here.includes(namespace) && elsewhere && OPEN_HOSTS.has(host))
    return judge(name, { of: elsewhere, how: 'other-registry' }, false)
  return judge(name, null, here.includes(namespace))
}

function nameOf(image: string): { host: string; namespace: string } | null {
  try {
    const { registry, repository } = parseReference(image)
    return { host: registry, namespace: repository.split('/')[0] ?? '' }
  } catch {
    return null
  }
}

const HOW: Record<Likeness['how'], string> = {
  'same-to-the-eye': 'looks the same as',
  'one-letter-off': 'is almost spelled like',
  adorned: 'dresses up as',
  'other-registry': 'has the name of a publisher elsewhere,',
}

function judge(name: string, like: Likeness | null, official: boolean): Finding {
  const evidence = [`Publisher: ${name}`]
  if (!like)
    return pass(official ? `${name} is a well-known publisher.` : 'No official publisher’s name is imitated.', evidence)
  const bad = like.how === 'same-to-the-eye' ? fail : warn
  return bad(`${name} ${HOW[like.how]} ${like.of}.`, [...evidence, `Well known: ${like.of}`], {
    text: `If you meant ${like.of}, correct the reference; otherwise make sure who ${name} is.`,
  })
}
