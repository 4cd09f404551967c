/** What one click changes: paths into a template's content, made so that no value of a secret is ever in one (R8). */
import { ENV_KEY, type EnvironmentVariable } from '#db/template-config.ts'
import type { TemplateContent } from '#db/template-content.ts'
import type { Fix } from '#db/template-validation.ts'
import { looksSecret } from './secrets.ts'

export type Patch = NonNullable<Fix['patch']>

export const setAt = (path: Patch[number]['path'], value: unknown): Patch => [{ path, value }]

/** The person must give it: no default, no fixed value. */
export function askFor(variable: EnvironmentVariable): EnvironmentVariable {
  const { default: _default, value: _value, generate: _generate, ...rest } = variable
  return { ...rest, isRequired: true, isSecret: rest.isSecret || looksSecret(rest.name) }
}

/** As a template takes it: an image may call a variable anything, at any length (R5). */
export const isVariableName = (name: string): boolean => name.length <= 128 && ENV_KEY.test(name)

/** Has the person asked for each of these: declared ones without their defaults, others newly declared. */
export function askForAll(content: TemplateContent, names: readonly string[]): Patch {
  const declared = content.config.environmentVariables
  let next = declared.length
  return names.filter(isVariableName).map((name) => {
    const index = declared.findIndex((variable) => variable.name === name)
    const variable = declared[index] ?? { name, description: '', isRequired: true, isSecret: false }
    return { path: ['config', 'environmentVariables', index < 0 ? next++ : index], value: askFor(variable) }
  })
}

/** The content with a patch applied; the original stays as it was. */
export function applyPatch(content: TemplateContent, patch: Patch): TemplateContent {
  const copy = structuredClone(content)
  for (const { path, value } of patch) {
    let at = copy as unknown as Record<string | number, unknown>
    for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>
    const last = path.at(-1)
    if (last !== undefined) at[last] = value
  }
  return copy
}
