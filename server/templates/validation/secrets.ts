/**
 * Secrets where none belongs: in an image's ENV and history, in a template's own texts. A finding names the place and
 * the kind of secret and shows four characters of it, no more (R8).
 */
import type { ImageConfig } from '#server/registry/port.ts'

/** Kinds of tokens that can be told by their looks. Sources: the vendors' own pages on their token formats. */
const SHAPES: { kind: string; pattern: RegExp }[] = [
  { kind: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ ){0,2}PRIVATE KEY(?: BLOCK)?-----/g },
  { kind: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{30,255})/g },
  { kind: 'a GitLab token', pattern: /\bgl(?:pat|ptt|dt|rt|cbt|soat)-[\w-]{20,100}/g },
  { kind: 'an AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: 'a Slack token', pattern: /\bxox[abeoprs]-[\w-]{10,250}/g },
  { kind: 'a DigitalOcean token', pattern: /\bdo[opr]_v1_[a-f0-9]{64}/g },
  { kind: 'an npm token', pattern: /\bnpm_[A-Za-z0-9]{36}/g },
  { kind: 'a PyPI token', pattern: /\bpypi-[\w-]{50,500}/g },
  { kind: 'a Stripe key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,250}/g },
  { kind: 'an API key', pattern: /\bsk-[A-Za-z0-9_-]{20,250}/g },
  { kind: 'a Google API key', pattern: /\bAIza[\w-]{35}/g },
  { kind: 'a Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{30,60}/g },
  { kind: 'a JSON web token', pattern: /\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,2000}/g },
  // The password alone is the secret.
  { kind: 'a password in a URL', pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{0,100}:([^\s:/@$<{]{4,200})@/g },
]

/** Longer lines of a history are a script's text; this much of each is read. */
const LINE_MAX = 20_000
/** Of one image's texts together, and of what is found in them: whoever pushed it chose both. */
const TEXT_MAX = 200_000
const LEAKS_MAX = 100
const SHOWN = 4

const SECRET_NAME = /(?:^|_)(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD|PWD|PAT|CREDENTIALS?|PASSPHRASE)$/i
/** Names that end like a secret's and hold none: signing keys' fingerprints, public halves. */
const PUBLIC_NAME = /(?:^|_)(?:GPG|PGP|PUBLIC|PUB|SIGNING|PUBLISHABLE)_?KEYS?$|(?:^|_)SSH_KNOWN/i
/** Fingerprints of signing keys, as gpg writes them. */
const FINGERPRINT = /^(?:0x)?(?:[0-9A-F]{16}|[0-9A-F]{40})$/
const NOT_A_VALUE = /^(?:$|\$|\/|\.{1,2}\/|https?:\/\/|<|\{|%|true$|false$|none$|null$|-?\d+(?:\.\d+)?$)/i
/** Random text of 12 letters and digits has about 3.4; words and counters stay below 3. */
const ENTROPY_MIN = 3
const RANDOM_LENGTH_MIN = 12

export const looksSecret = (name: string): boolean => SECRET_NAME.test(name) && !PUBLIC_NAME.test(name)

export interface Leak {
  /** The variable, where it is one. */
  name: string | null
  /** `ENV API_KEY`, `history line 3`. */
  where: string
  kind: string
  /** The secret itself: for comparing and blanking, never for showing. */
  value: string
}

export const describeLeak = ({ where, kind, value }: Leak): string => `${where}: ${kind}, ${shown(value)}`

const shown = (value: string): string => `${value.slice(0, Math.min(SHOWN, Math.floor(value.length / 3)))}…`

/** Text that looks like a known kind of token, wherever it stands. */
export function tokensIn(text: string): { kind: string; value: string }[] {
  const line = text.slice(0, LINE_MAX)
  return SHAPES.flatMap(({ kind, pattern }) =>
    [...line.matchAll(pattern)].map(([whole, part]) => ({ kind, value: part ?? whole })),
  )
}

/** A named value that is a secret by its looks, or by its name and its randomness. */
export function secretsOf(name: string, value: string): { kind: string; value: string }[] {
  const tokens = tokensIn(value)
  if (tokens.length > 0) return tokens
  const random = looksSecret(name) && value.length >= RANDOM_LENGTH_MIN && entropy(value) >= ENTROPY_MIN
  return random && ![NOT_A_VALUE, FINGERPRINT].some((known) => known.test(value)) && !isPlaceholder(value)
    ? [{ kind: 'a random value under a secret’s name', value }]
    : []
}

/** Bits a character, by how often each occurs. */
function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1)
  return [...counts.values()].reduce((sum, n) => sum - (n / text.length) * Math.log2(n / text.length), 0)
}

/** The shortest of all shapes: a password in a URL. */
const SECRET_LENGTH_MIN = 11
/** Upper case only: what build scripts call `key` is their own. */
const ASSIGNMENT = /\b([A-Z_][A-Z0-9_]{0,100})=("[^"]{0,2000}"|'[^']{0,2000}'|[^\s;&|]{1,2000})/g

/** Each secret once, where it is seen first: what ENV sets stands in the history too. */
export function leaksOfImage(config: Pick<ImageConfig, 'env' | 'history' | 'labels'>): Leak[] {
  const leaks: Leak[] = []
  let left = TEXT_MAX
  const part = (text: string): string => {
    const taken = text.slice(0, Math.min(LINE_MAX, left))
    left -= taken.length
    return taken
  }
  const add = (where: string, name: string | null, found: { kind: string; value: string }[]) => {
    for (const one of found) {
      if (leaks.length >= LEAKS_MAX) return
      if (!leaks.some((leak) => leak.value.includes(one.value) || one.value.includes(leak.value)))
        leaks.push({ where, name, ...one })
    }
  }
  for (const entry of config.env) {
    const [name = '', value] = splitOnce(entry)
    add(`ENV ${name.slice(0, 128)}`, name, secretsOf(name, part(value)))
  }
  for (const [label, value] of Object.entries(config.labels))
    add(`label ${label.slice(0, 128)}`, null, tokensIn(part(value)))
  for (const [index, { createdBy, comment }] of config.history.entries()) {
    const line = part(`${createdBy} ${comment}`)
    const where = `history line ${index + 1}`
    for (const [, name = '', quoted = ''] of line.matchAll(ASSIGNMENT))
      if (quoted.length >= SECRET_LENGTH_MIN)
        add(`${where}, ${name}`, name, secretsOf(name, quoted.replace(/^["']|["']$/g, '')))
    add(where, null, tokensIn(line))
  }
  return leaks
}

/** `NAME=value` as an image's ENV holds it. */
export function splitOnce(entry: string): [string, string] {
  const at = entry.indexOf('=')
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)]
}

const PLACEHOLDERS = [
  /^<[^<>]{1,100}>$/,
  /^\{\{?[\w -]{1,100}\}?\}$/,
  /^\[[A-Za-z][\w -]{0,100}\]$/,
  /^\.{3,}$/,
  /^(?:your|insert|enter|paste|replace)[-_ ].{1,100}/i,
  /(?:^|[-_ ])(?:your|my|insert|replace)[-_ ]?(?:api|key|token|secret|password|own|with|this|value|here)/i,
  /^(?:changeme|change[-_ ]me|change[-_ ]this|replace[-_ ]?me|fixme|todo|tbd|placeholder|dummy|example|sample|secret|password)$/i,
  /^(?:x{3,}|\*{3,}|sk-x{3,}|ghp_x{3,}|sk-\.{3})$/i,
  /(?:key|token|secret|password)[-_ ](?:here|goes[-_ ]here)$/i,
]

/** Stands for a value that a person has to put in its place. */
export const isPlaceholder = (value: string): boolean => PLACEHOLDERS.some((pattern) => pattern.test(value.trim()))

/** Blanks `secrets` and whatever looks like a token in text that is stored or shown. */
export function blank(text: string, secrets: readonly string[] = []): string {
  const known = [...secrets].filter((secret) => secret.length > SHOWN).sort((a, b) => b.length - a.length)
  let clean = text
  for (const secret of known)
    for (const form of new Set([secret, JSON.stringify(secret).slice(1, -1)]))
      clean = clean.replaceAll(form, '[redacted]')
  for (const { value } of tokensIn(clean)) clean = clean.replaceAll(value, '[redacted]')
  return clean
}
