import type { TemplateCard, TemplateView, VariableView } from '#server/api/views.ts'
import type { UserCtx } from '#server/context.ts'
import type { Fleet } from '#server/fleet/index.ts'
import type { Resolver } from '#server/registry/index.ts'
import { type CatalogueRow, findTemplate, findTemplates } from './catalogue.ts'
import { type CostOf, costsFor } from './cost.ts'

export type TemplatesCtx = UserCtx & { services: { fleet: Fleet; registry: Resolver } }

export async function listTemplates(
  ctx: TemplatesCtx,
  input: { search?: string; category?: string },
): Promise<TemplateCard[]> {
  const [rows, costOf] = await Promise.all([findTemplates(ctx, input), costsFor(ctx)])
  return Promise.all(rows.map((row) => toCard(ctx, row, costOf)))
}

export async function getTemplate(ctx: TemplatesCtx, input: { slug: string }): Promise<TemplateView> {
  const [row, costOf] = await Promise.all([findTemplate(ctx, input.slug), costsFor(ctx)])
  const { config } = row
  return {
    ...(await toCard(ctx, row, costOf)),
    variables: config.environmentVariables.map(toVariable),
    volumes: config.volumes,
    capabilities: config.capabilities,
    diskBytes: config.resources.diskBytes,
    writableRootReason: config.writableRootReason ?? null,
    githubUrl: row.githubUrl,
    documentationUrl: row.documentationUrl,
    updatedAt: row.updatedAt,
  }
}

async function toCard(ctx: TemplatesCtx, row: CatalogueRow, costOf: CostOf): Promise<TemplateCard> {
  const { config, criteria, slug, name, description, category, tags, isOfficial, version, popularity } = row
  const resolution = await ctx.services.registry.resolve(config.image)
  const required = config.environmentVariables.filter((v) => v.isRequired && v.default === undefined)
  const { memoryBytes, cpuMillis } = config.resources
  return {
    ...{ slug, name, description, category, tags, isOfficial, version, popularity, memoryBytes, cpuMillis },
    image: config.image,
    transport: config.transport,
    toolsCount: row.toolsCount,
    requiredVariables: required.map(toVariable),
    runnable: resolution.resolves,
    runnableReason: resolution.resolves ? null : resolution.reason,
    cost: costOf(config, criteria),
    deployment: row.deployment,
  }
}

type Variable = CatalogueRow['config']['environmentVariables'][number]

/** A secret's default stays on the server, as its values do (I6). */
const toVariable = ({ default: preset, ...variable }: Variable): VariableView =>
  preset === undefined || variable.isSecret ? variable : { ...variable, default: preset }
