/** Values that a person gave to earlier deployments, for a new one to use again. They stay on the server (I6). */
import { and, desc, eq, inArray, notInArray } from 'drizzle-orm'
import { deployments } from '#db/schema/deployments.ts'
import { templateVersions } from '#db/schema/templates.ts'
import type { EnvironmentVariable } from '#db/template-config.ts'
import type { UserCtx } from '#server/context.ts'
import { BerthError } from '#server/errors.ts'
import { ownedBy } from './own.ts'
import { openVariables, problemOf } from './variables.ts'

export interface Saved {
  deploymentId: string
  name: string
  templateId: string
  values: Record<string, string>
  /** Names that its own template calls secret. */
  secrets: ReadonlySet<string>
}

/** The newest own deployments that are looked through for values. */
const LOOKED_THROUGH_MAX = 50

const select = (ctx: UserCtx) =>
  ctx.db
    .select({
      id: deployments.id,
      name: deployments.name,
      templateId: deployments.templateId,
      variables: deployments.variables,
      config: templateVersions.config,
    })
    .from(deployments)
    .innerJoin(templateVersions, eq(templateVersions.id, deployments.templateVersionId))

function open(ctx: UserCtx, { id, name, templateId, variables, config }: Awaited<ReturnType<typeof select>>[number]) {
  const secrets = new Set(config.environmentVariables.filter((v) => v.isSecret || v.generate).map((v) => v.name))
  const values = openVariables(ctx.vault, id, variables)
  return { deploymentId: id, name, templateId, values, secrets } satisfies Saved
}

/** Newest first. One whose values don't open offers none, and nobody's form waits for that. */
export async function recentSaved(ctx: UserCtx): Promise<Saved[]> {
  const rows = await select(ctx)
    .where(and(ownedBy(ctx.actor.userId), notInArray(deployments.state, ['cancelled', 'deleting', 'deleted'])))
    .orderBy(desc(deployments.createdAt))
    .limit(LOOKED_THROUGH_MAX)
  return rows.flatMap((row) => {
    try {
      return [open(ctx, row)]
    } catch (err) {
      ctx.log.warn({ err, deployment: row.id }, 'the values of a deployment do not open')
      return []
    }
  })
}

/**
 * The value for this variable, where it has a fitting one. What was secret stays so: it is nothing for a variable that
 * another template shows openly.
 */
export function valueFor(variable: EnvironmentVariable, { values, secrets }: Saved): string | undefined {
  const { name } = variable
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (!value || problemOf(variable, value)) return undefined
  return secrets.has(name) && !variable.isSecret && !variable.generate ? undefined : value
}

/**
 * Values by name, each from the deployment that the caller names.
 * @throws NOT_FOUND for a deployment that is not theirs; INVALID_INPUT where it has no such value
 */
export async function reusedValues(
  ctx: UserCtx,
  declared: readonly EnvironmentVariable[],
  reuse: Record<string, string>,
): Promise<Record<string, string>> {
  const ids = [...new Set(Object.values(reuse))]
  if (ids.length === 0) return {}
  const rows = await select(ctx).where(and(ownedBy(ctx.actor.userId), inArray(deployments.id, ids)))
  const values: Record<string, string> = {}
  for (const [name, id] of Object.entries(reuse)) {
    const row = rows.find((r) => r.id === id)
    if (!row) throw new BerthError('NOT_FOUND', 'There is no such deployment.', { field: 'reuse' })
    const variable = declared.find((v) => v.name === name)
    const value = variable && valueFor(variable, open(ctx, row))
    if (value === undefined)
      throw new BerthError('INVALID_INPUT', 'That deployment has no value for it that this template can use.', {
        field: `reuse.${name}`,
      })
    values[name] = value
  }
  return values
}
