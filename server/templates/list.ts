import { and, desc, eq, isNotNull } from 'drizzle-orm'
import { templateValidations, templateVersions } from '#db/schema/templates.ts'
import type { EnvironmentVariable, Transport } from '#db/template-config.ts'
import type { TemplateCard, TemplateView, VariableView } from '#server/api/views-templates.ts'
import type { UserCtx } from '#server/context.ts'
import type { Fleet } from '#server/fleet/index.ts'
import type { Resolver } from '#server/registry/index.ts'
import { type CatalogueRow, findTemplate, findTemplates, type Wish } from './catalogue.ts'
import { type CostOf, costsFor } from './cost.ts'
import { type RunnableOf, runnableOf } from './runnable.ts'
import { type Seen, seenOf, toolsSeen } from './seen.ts'

export type TemplatesCtx = UserCtx & { services: { fleet: Fleet; registry: Resolver } }

export async function listTemplates(ctx: TemplatesCtx, wish: Wish): Promise<TemplateCard[]> {
  const costs = costsFor(ctx)
  const rows = await findTemplates(ctx, wish)
  const [seen, runnable] = await Promise.all([
    seenOf(
      ctx,
      rows.map(({ id }) => id),
    ),
    runnableOf(ctx, rows),
  ])
  const facts = { costOf: await costs, runnable }
  return rows.map((row) => toCard(row, { ...facts, seen: seen.get(row.id) }))
}

/** The page about one template is worth a moment: the next look would know, but nobody looks twice. */
const ONE_IMAGE_WAIT_MS = 800

export async function getTemplate(ctx: TemplatesCtx, input: { slug: string }): Promise<TemplateView> {
  const [row, costOf] = await Promise.all([findTemplate(ctx, input.slug), costsFor(ctx)])
  const { config } = row
  const [seen, runnable, tools, versions, validation] = await Promise.all([
    seenOf(ctx, [row.id]),
    runnableOf(ctx, [row], ONE_IMAGE_WAIT_MS),
    toolsSeen(ctx, row.id),
    publicVersions(ctx, row.id),
    newestValidation(ctx, row),
  ])
  return {
    ...toCard(row, { costOf, runnable, seen: seen.get(row.id) }),
    variables: config.environmentVariables.filter(isAsked).map(toVariable),
    volumes: config.volumes,
    capabilities: config.capabilities,
    diskBytes: config.resources.diskBytes,
    writableRootReason: config.writableRootReason ?? null,
    githubUrl: row.githubUrl,
    documentationUrl: row.documentationUrl,
    updatedAt: row.updatedAt,
    package: config.package ?? null,
    portMappings: portsOf(config.transport),
    tools,
    validation,
    versions,
  }
}

interface Facts {
  costOf: CostOf
  runnable: RunnableOf
  seen: Seen | undefined
}

function toCard(row: CatalogueRow, { costOf, runnable, seen }: Facts): TemplateCard {
  const { config, slug, name, description, category, tags, isOfficial, version, popularity } = row
  const required = config.environmentVariables.filter((v) => isAsked(v) && v.isRequired && v.default === undefined)
  const { memoryBytes, cpuMillis } = config.resources
  return {
    ...{ slug, name, description, category, tags, isOfficial, version, popularity, memoryBytes, cpuMillis },
    image: config.image,
    transport: config.transport,
    toolsCount: seen?.toolsCount ?? null,
    requiredVariables: required.map(toVariable),
    ...runnable(row),
    cost: costOf(row),
    deployment: seen?.deployment ?? null,
    status: row.status === 'deprecated' ? 'deprecated' : 'published',
    security: row.security,
    upstream: row.upstreamStatus ? { status: row.upstreamStatus, message: row.upstreamMessage } : null,
  }
}

/** What the template fixes itself is nobody's to fill in. */
const isAsked = (variable: EnvironmentVariable): boolean => variable.value === undefined

/** A secret's default stays on the server, as its values do (I6). */
function toVariable({ default: preset, value: _, inputOnly: __, ...variable }: EnvironmentVariable): VariableView {
  return preset === undefined || variable.isSecret ? variable : { ...variable, default: preset }
}

const portsOf = (transport: Transport): TemplateView['portMappings'] =>
  transport.type === 'stdio' ? [] : [{ containerPort: transport.port, protocol: 'tcp' }]

/** What was ever published; drafts are not people's business. Newest first. */
const publicVersions = (ctx: UserCtx, templateId: string): Promise<TemplateView['versions']> =>
  ctx.db
    .select({
      version: templateVersions.version,
      status: templateVersions.status,
      publishedAt: templateVersions.publishedAt,
      note: templateVersions.note,
    })
    .from(templateVersions)
    .where(and(eq(templateVersions.templateId, templateId), isNotNull(templateVersions.publishedAt)))
    .orderBy(desc(templateVersions.version))

/** The newest of the current version that ended. */
async function newestValidation(ctx: UserCtx, row: CatalogueRow): Promise<TemplateView['validation']> {
  const { checks, verdict, endedAt } = templateValidations
  const [found] = await ctx.db
    .select({ checks, verdict, endedAt })
    .from(templateValidations)
    .innerJoin(templateVersions, eq(templateVersions.id, templateValidations.templateVersionId))
    .where(
      and(
        ...[eq(templateVersions.templateId, row.id), eq(templateVersions.version, row.version)],
        ...[isNotNull(endedAt), isNotNull(verdict)],
      ),
    )
    .orderBy(desc(templateValidations.startedAt))
    .limit(1)
  return found?.verdict && found.endedAt
    ? { checks: found.checks, verdict: found.verdict, endedAt: found.endedAt }
    : null
}
