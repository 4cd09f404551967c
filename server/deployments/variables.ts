/** Values of a template's variables: what it allows, checked (R5), completed with defaults, sealed at rest (I6). */
import { randomBytes } from 'node:crypto'
import type { Sealed } from '#db/schema/cloud.ts'
import { ENV_KEY, type EnvironmentVariable, type TemplateConfig } from '#db/template-config.ts'
import type { Vault } from '#server/crypto/vault.ts'
import { BerthError } from '#server/errors.ts'
import { filled } from './launch/fill.ts'

/** Linux limits one environment string to 128 KiB (MAX_ARG_STRLEN); well below it, and far above any token. */
const VALUE_LENGTH_MAX = 10_000
/** As JSON writes numbers. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** What `generate` asks for: 32 bytes, hex. */
const newSecret = (): string => randomBytes(32).toString('hex')

/**
 * What a deployment stores: given values, defaults, generated secrets; fixed values are the template's and stay there.
 * @throws INVALID_INPUT naming the field `variables.<name>`, never the value
 */
export function resolveVariables(
  declared: TemplateConfig['environmentVariables'],
  given: Record<string, string>,
  generate: () => string = newSecret,
): Record<string, string> {
  refuseUnknown(declared, given)
  const resolved: Record<string, string> = {}
  for (const variable of declared) {
    if (variable.value !== undefined) continue
    const { name } = variable
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    const own = value === '' ? undefined : value
    // A generated secret is better than any default, which everybody knows (R11).
    const effective = own ?? (variable.generate ? generate() : variable.default)
    if (effective === undefined) {
      if (variable.isRequired) refuse(name, `${name} is required.`)
      if (value !== undefined) resolved[name] = value
      continue
    }
    const problem = problemOf(variable, effective)
    if (problem) refuse(name, problem)
    resolved[name] = effective
  }
  return resolved
}

function refuse(name: string, message: string): never {
  throw new BerthError('INVALID_INPUT', message, { field: `variables.${name}` })
}

function refuseUnknown(declared: TemplateConfig['environmentVariables'], given: Record<string, string>): void {
  const known = new Map(declared.map((v) => [v.name, v]))
  for (const name of Object.keys(given)) {
    // The name is not repeated here: it may be any text that a person sent.
    if (!ENV_KEY.test(name))
      refuse('name', 'A variable name may hold letters, digits and _, not starting with a digit.')
    if (!known.has(name)) refuse(name, `This template has no variable ${name}.`)
    if (known.get(name)?.value !== undefined) refuse(name, `${name} is set by the template.`)
  }
}

/** @returns one sentence without the value, null for a value that fits */
export function problemOf({ name, format, choices }: EnvironmentVariable, value: string): string | null {
  if (value.includes('\0')) return `${name} holds a NUL character.`
  if (value.length > VALUE_LENGTH_MAX) return `${name} is longer than ${VALUE_LENGTH_MAX} characters.`
  if (choices && !choices.includes(value)) return `${name} must be one of: ${choices.join(', ')}.`
  if (format === 'number' && !NUMBER.test(value)) return `${name} must be a number, such as 8080 or 0.5.`
  if (format === 'boolean' && value !== 'true' && value !== 'false') return `${name} must be true or false.`
  return null
}

const purpose = (deploymentId: string) => `deployment-variables:${deploymentId}`

export const sealVariables = (vault: Vault, deploymentId: string, values: Record<string, string>): Sealed =>
  vault.seal(JSON.stringify(values), purpose(deploymentId))

export const openVariables = (
  vault: Pick<Vault, 'open'>,
  deploymentId: string,
  sealed: Sealed,
): Record<string, string> => JSON.parse(vault.open(sealed, purpose(deploymentId))) as Record<string, string>

/** Shorter values occur by chance in any text: blanking them would garble a log and hide nothing. */
const REDACTED_LENGTH_MIN = 4

/** Blanks the values of secret variables in a container's own output: servers print their environment (R8). */
export function redactor(
  declared: TemplateConfig['environmentVariables'],
  values: Record<string, string>,
): (text: string) => string {
  const known = filled(declared, values)
  const secrets = declared
    .filter((v) => v.isSecret || v.generate)
    .flatMap((v) => {
      const value = known.valueFor(v.name)
      if (value === undefined || value.length < REDACTED_LENGTH_MIN) return []
      // As printed, and as it stands inside JSON.
      return [value, JSON.stringify(value).slice(1, -1)]
    })
    .sort((a, b) => b.length - a.length)
  if (secrets.length === 0) return (text) => text
  return (text) => secrets.reduce((line, secret) => line.replaceAll(secret, '[redacted]'), text)
}
