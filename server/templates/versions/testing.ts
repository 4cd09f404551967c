/** What the tests of versions share: an admin and a user of one stack, and a template that each test makes for itself. */
import { and, eq } from 'drizzle-orm'
import { auditLog } from '#db/schema/auth.ts'
import { templateValidations, templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { type TemplateContent, templateContent } from '#db/template-content.ts'
import type { Check, CheckId, Verdict } from '#db/template-validation.ts'
import { type Answer, type Person, type Stack, testStack } from '#server/testing/stack.ts'

export const content = (changes: Partial<TemplateContent> = {}): TemplateContent =>
  templateContent.parse({
    ...{ displayName: 'Weather', description: 'Tells the weather.', category: 'data', tags: ['weather'] },
    config: {
      ...{ image: 'registry.invalid/weather:1', transport: { type: 'stdio' } },
      resources: { memoryBytes: 2 ** 27, cpuMillis: 100, diskBytes: 0 },
    },
    ...changes,
  })

const facts = {
  ...{ digest: null, compressedBytes: null, layers: null, platforms: [], user: null, exposedPorts: [] },
  ...{ createdAt: null, tools: null, protocolVersion: null, startMs: null },
}

export const check = (id: CheckId, verdict: Verdict | null): Check => ({
  ...{ id, group: 'security', title: `Check ${id}`, state: verdict ? 'done' : 'running', verdict },
  ...{ summary: `About ${id}.`, evidence: [], fix: null, durationMs: 1 },
})
export const passed = [check('security-user', 'pass')]

export async function versionsStage() {
  const stack: Stack = await testStack()
  const admin = await stack.person('admin')
  const user = await stack.person('user')

  const mutate = (verb: string, input: unknown, person: Person = admin): Promise<Answer> =>
    stack.call(`admin.templates.${verb}`, input, { method: 'POST', cookie: person.cookie })
  const query = (procedure: string, input: unknown, person: Person = user): Promise<Answer> =>
    stack.call(procedure, input, { cookie: person.cookie })

  async function versionId(slug: string, version: number): Promise<string> {
    const [row] = await stack.db
      .select({ id: templateVersions.id })
      .from(templateVersions)
      .innerJoin(toolCatalog, eq(toolCatalog.id, templateVersions.templateId))
      .where(and(eq(toolCatalog.slug, slug), eq(templateVersions.version, version)))
    if (!row) throw new Error(`version ${version} of ${slug} is missing`)
    return row.id
  }

  const unvalidated = async (slug: string, version: number) =>
    stack.db
      .delete(templateValidations)
      .where(eq(templateValidations.templateVersionId, await versionId(slug, version)))

  /** A validation that ended as given, and no other. */
  async function validated(slug: string, version: number, checks: Check[], o: { ended?: boolean } = {}) {
    const verdict = checks.some((c) => c.verdict === 'fail') ? 'fail' : 'pass'
    await unvalidated(slug, version)
    await stack.db.insert(templateValidations).values({
      ...{ templateVersionId: await versionId(slug, version), trigger: 'save', checks, facts, workerId: 'test' },
      ...((o.ended ?? true) && { verdict, endedAt: new Date() }),
    })
  }

  async function published(slug: string): Promise<void> {
    await mutate('create', { slug, content: content() })
    await validated(slug, 1, passed)
    const { error } = await mutate('publish', { slug, version: 1 })
    if (error) throw new Error(error.message)
  }

  const auditOf = (slug: string) =>
    stack.db
      .select({ action: auditLog.action, actor: auditLog.actor, data: auditLog.data })
      .from(auditLog)
      .where(eq(auditLog.resource, `template:${slug}`))
      .orderBy(auditLog.at, auditLog.id)

  return { stack, admin, user, mutate, query, unvalidated, validated, published, auditOf }
}

export type VersionsStage = Awaited<ReturnType<typeof versionsStage>>
