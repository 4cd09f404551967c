/** Puts a template of the test's own into an instance's catalogue. */
import { connect } from '#db/client.ts'
import { templateVersions, toolCatalog } from '#db/schema/templates.ts'
import { templateContent } from '#db/template-content.ts'
import { headOf } from '#db/template-head.ts'
import type { Instance } from './instance.ts'

interface FixtureTemplate {
  slug: string
  displayName: string
  /** Repository and tag below the local cloud's registry, e.g. `test/silent:1.0.0`. */
  image: string
  startTimeoutMs?: number
  environmentVariables?: { name: string; isRequired?: boolean; isSecret?: boolean; description?: string }[]
}

export async function addTemplate(instance: Instance, template: FixtureTemplate): Promise<void> {
  const { db, end } = connect(instance.databaseUrl, { max: 1 })
  const content = templateContent.parse({
    ...{ displayName: template.displayName, description: 'A template of the tests.', category: 'developer-tools' },
    config: {
      image: `${instance.localCloud.registry}/${template.image}`,
      transport: { type: 'streamable-http', port: 3001 },
      resources: { memoryBytes: 128 * 2 ** 20, cpuMillis: 100, diskBytes: 2 ** 28 },
      startTimeoutMs: template.startTimeoutMs,
      environmentVariables: template.environmentVariables,
    },
  })
  const { config } = content
  const [row] = await db
    .insert(toolCatalog)
    .values({ slug: template.slug, ...headOf(template.slug, content) })
    .onConflictDoNothing()
    .returning()
  if (row)
    await db
      .insert(templateVersions)
      .values({ templateId: row.id, version: 1, content, config, publishedAt: new Date() })
  await end()
}
