/** The dry run: what it is given in place of what only a person has, and what its end says about the template. */
import type { EnvironmentVariable } from '#db/template-config.ts'
import type { TemplateContent } from '#db/template-content.ts'
import type { DryRunResult } from '#server/deployments/index.ts'
import { type Finding, fail, pass, skipped, warn } from './checks.ts'
import { askForAll } from './patch.ts'
import { looksSecret } from './secrets.ts'

/** Log lines that a report keeps. */
const LINES_MAX = 12
const NAMES_MAX = 10

/** Harmless, of the right form, and told from a real one at a glance. */
export function standIns(content: TemplateContent): Record<string, string> {
  return Object.fromEntries(missing(content).map((variable) => [variable.name, standIn(variable)]))
}

/** What a person would have to give. */
const missing = ({ config }: TemplateContent): EnvironmentVariable[] =>
  config.environmentVariables.filter(
    (one) => one.isRequired && one.default === undefined && one.value === undefined && !one.generate,
  )

function standIn({ name, format, choices, isSecret }: EnvironmentVariable): string {
  if (choices?.[0] !== undefined) return choices[0]
  if (format === 'number') return '1'
  if (format === 'boolean') return 'false'
  if (format === 'filepath') return '/tmp'
  if (/(?:^|_)(?:URL|URI|ENDPOINT)S?$/i.test(name)) return 'https://example.com'
  if (/(?:^|_)(?:HOST|HOSTNAME|DOMAIN)$/i.test(name)) return 'example.com'
  if (/(?:^|_)EMAIL$/i.test(name)) return 'nobody@example.com'
  return isSecret || looksSecret(name) ? 'berth-dry-run-no-real-secret' : 'berth-dry-run'
}

const NAME = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|\b[A-Z]{3,40}\b/g
const ASKS =
  /requir|missing|must (?:be|set|provide)|not (?:set|found|defined|provided|specified|configured)|undefined|unset|please (?:set|provide|specify)|environment variable|env var|expected|keyerror|no value|is empty|need(?:s|ed)? to be set|set (?:the|it|your)/i
/** Upper-case words that are no variables of a server. */
const WORDS =
  /^(?:ERROR|ERR_\w+|WARN|WARNING|INFO|DEBUG|FATAL|TRACE|HTTP|HTTPS|JSON|MCP|API|URL|URI|NULL|TRUE|FALSE|GET|POST|PUT|SSE|STDIO|CRITICAL|NODE_\w+|PYTHON\w*|MODULE_NOT_FOUND|E[A-Z]{4,20}|SIG[A-Z]{3,5}|UTF|TLS|SSL|CLI|SDK|ENV|KEY|TOKEN|SECRET|AND|NOT|THE|OR|PATH|HOME)$/

/** Names that the last lines of a failed run ask for, in the order they stand. */
export function namedIn(lines: readonly string[], content: TemplateContent): string[] {
  const known = new Set(content.config.environmentVariables.map(({ name }) => name))
  const names = lines.flatMap((line, index) => {
    // "Missing required variables:" and the names below it.
    const asks = ASKS.test(line) || ASKS.test(lines[index - 1] ?? '')
    const words = line.slice(0, 2000).match(/\b[A-Za-z_][A-Za-z0-9_]{1,127}\b/g) ?? []
    const upper = line.slice(0, 2000).match(NAME) ?? []
    return asks
      ? [...words.filter((word) => known.has(word)), ...upper.filter((word) => known.has(word) || isName(word))]
      : []
  })
  return [...new Set(names)].slice(0, NAMES_MAX)
}

/** One word in capitals is a variable only when an underscore says so, or the template does. */
const isName = (word: string): boolean => word.includes('_') && !WORDS.test(word)

/** Says nothing about the template: the cloud, the droplet or the registry did not play along. */
const OUTSIDE =
  /^(?:CLOUD_|SSH_|DROPLET_|REGISTRY_|ENGINE_UNAVAILABLE|IMAGE_PULL_FAILED|LEASE_LOST|CANCELLED|INTERNAL|DECRYPTION_FAILED)/

/** @param named what `namedIn` found in its last lines; @param hasDroplet whether the one whose fleet it is has any */
export function dryRun(
  content: TemplateContent,
  result: DryRunResult,
  named: readonly string[],
  hasDroplet = true,
): Finding {
  if (result.ok) {
    const n = result.tools.length
    const server = result.serverInfo
      ? `${result.serverInfo.name} ${result.serverInfo.version}`
      : 'It did not say its name'
    const evidence = [
      `Server: ${server}`,
      `Protocol: ${result.protocolVersion}`,
      `Started in ${(result.startMs / 1000).toFixed(1)} s`,
    ]
    const tools = result.tools.slice(0, 20).map(({ name }) => `Tool: ${name}`)
    if (n === 0)
      return warn('It started and offers no tool.', evidence, {
        text: 'See in its documentation whether its tools need a setting.',
      })
    return pass(`It started and lists ${n} ${n === 1 ? 'tool' : 'tools'}.`, [...evidence, ...tools])
  }
  const { code, message, logTail, step } = result
  if (code === 'NO_PLACEMENT' || code === 'CLOUD_ACCOUNT_MISSING' || code === 'CLOUD_LIMIT')
    return hasDroplet
      ? skipped('It was not tried: no droplet of yours has room.', [message], {
          text: 'Validate again and allow a new droplet, or make room on one.',
        })
      : skipped('It was not tried: you have no droplet yet.', [message], {
          text: 'Validate again and allow a new droplet.',
        })
  const early = step === 'analysis' || step === 'droplet-selection' || step === 'image-pull'
  if (OUTSIDE.test(code) || (early && code === 'STEP_TIMEOUT'))
    return skipped('It could not be tried.', [message], { text: 'Validate again later.' })
  const lines = logTail.filter((line) => line.trim() !== '').slice(-LINES_MAX)
  const evidence = [message, ...(step ? [`Step: ${step}`] : []), ...lines.map((line) => `Log: ${line}`)]
  const given = new Set(missing(content).map(({ name }) => name))
  const undeclared = named.filter((name) => !content.config.environmentVariables.some((one) => one.name === name))
  const other = named.filter((name) => !given.has(name))
  if (named.length > 0 && other.length === 0)
    return warn(`It wants a real ${named.join(', ')}, which a dry run has not.`, evidence, {
      text: 'Deploy it once with real values to see it run; nothing is wrong with the template.',
    })
  if (other.length > 0)
    return fail(`It did not start: it asks for ${other.join(', ')}.`, evidence, {
      text: `Ask each person for ${other.join(', ')}${undeclared.length > 0 ? ': declare it as required' : ''}.`,
      patch: askForAll(content, other),
    })
  return fail('It did not start, or did not answer as an MCP server.', evidence, {
    text: 'Read its last lines; correct the arguments, the variables or the transport.',
  })
}
