/** Environment of a container: what the template allows, checked (R5), completed with defaults, sealed at rest (I6). */
import type { Sealed } from '#db/schema/cloud.ts'
import { ENV_KEY, type TemplateConfig } from '#db/template-config.ts'
import type { Vault } from '#server/crypto/vault.ts'
import { BerthError } from '#server/errors.ts'

/** Linux limits one environment string to 128 KiB (MAX_ARG_STRLEN); well below it, and far above any token. */
const VALUE_LENGTH_MAX = 10_000

/** @throws INVALID_INPUT naming the field `variables.<name>`, never the value */
export function resolveVariables(
  declared: TemplateConfig['environmentVariables'],
  given: Record<string, string>,
): Record<string, string> {
  const refuse = (name: string, message: string): never => {
    throw new BerthError('INVALID_INPUT', message, { field: `variables.${name}` })
  }
  const known = new Set(declared.map((v) => v.name))
  for (const name of Object.keys(given)) {
    // The name is not repeated here: it may be any text that a person sent.
    if (!ENV_KEY.test(name))
      refuse('name', 'A variable name may hold letters, digits and _, not starting with a digit.')
    if (!known.has(name)) refuse(name, `This template has no variable ${name}.`)
  }
  const resolved: Record<string, string> = {}
  for (const variable of declared) {
    const value = Object.hasOwn(given, variable.name) ? given[variable.name] : undefined
    const effective = value === undefined || value === '' ? variable.default : value
    if (effective === undefined) {
      if (variable.isRequired) refuse(variable.name, `${variable.name} is required.`)
      if (value !== undefined) resolved[variable.name] = value
      continue
    }
    if (effective.includes('\0')) refuse(variable.name, `${variable.name} holds a NUL character.`)
    if (effective.length > VALUE_LENGTH_MAX)
      refuse(variable.name, `${variable.name} is longer than ${VALUE_LENGTH_MAX} characters.`)
    if (variable.choices && !variable.choices.includes(effective))
      refuse(variable.name, `${variable.name} must be one of: ${variable.choices.join(', ')}.`)
    resolved[variable.name] = effective
  }
  return resolved
}

const purpose = (deploymentId: string) => `deployment-variables:${deploymentId}`

export const sealVariables = (vault: Vault, deploymentId: string, values: Record<string, string>): Sealed =>
  vault.seal(JSON.stringify(values), purpose(deploymentId))

export const openVariables = (vault: Vault, deploymentId: string, sealed: Sealed): Record<string, string> =>
  JSON.parse(vault.open(sealed, purpose(deploymentId))) as Record<string, string>

/** Shorter values occur by chance in any text: blanking them would garble a log and hide nothing. */
const REDACTED_LENGTH_MIN = 4

/** Blanks the values of secret variables in a container's own output: servers print their environment (R8). */
export function redactor(
  declared: TemplateConfig['environmentVariables'],
  values: Record<string, string>,
): (text: string) => string {
  const secrets = declared
    .filter((v) => v.isSecret)
    .flatMap((v) => {
      const value = values[v.name]
      if (value === undefined || value.length < REDACTED_LENGTH_MIN) return []
      // As printed, and as it stands inside JSON.
      return [value, JSON.stringify(value).slice(1, -1)]
    })
    .sort((a, b) => b.length - a.length)
  if (secrets.length === 0) return (text) => text
  return (text) => secrets.reduce((line, secret) => line.replaceAll(secret, '[redacted]'), text)
}
