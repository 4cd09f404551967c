/**
 * What runs in a deployment's container, from the template and the values that a person gave: computed whenever it is
 * needed and stored nowhere, since arguments may hold secrets (I6).
 */
import type { TemplateConfig } from '#db/template-config.ts'
import type { PackageLock } from '#db/template-content.ts'
import { programCommand } from '#server/packages/index.ts'
import { argumentsOf, environmentOf, filled, type Values } from './fill.ts'

export interface LaunchInput {
  config: TemplateConfig
  /** Of a template with `package`. */
  lock: PackageLock | null
  values: Values
}

export interface Launch {
  env: Record<string, string>
  /** Docker's `Cmd`; undefined: the image's. */
  cmd: string[] | undefined
}

export function launchOf({ config, lock, values }: LaunchInput): Launch {
  const known = filled(config.environmentVariables, values)
  const env = environmentOf(config.environmentVariables, known)
  const args = argumentsOf(config.arguments, known)
  if (!config.package || !lock) return { env, cmd: args }
  const program = programCommand(lock, args ?? [])
  return { env: { ...env, ...program.env }, cmd: program.cmd }
}

/** Full argv of one server process. */
export const commandLine = (launch: Launch, image: { entrypoint: string[]; cmd: string[] }): string[] => [
  ...image.entrypoint,
  ...(launch.cmd ?? image.cmd),
]
