/**
 * The head of a template (`tool_catalog`) holds a copy of its current version's content, so that lists and search read
 * one table. These two functions are the only ones that know which column holds what.
 */
import type { toolCatalog } from './schema/templates.ts'
import type { TemplateConfig } from './template-config.ts'
import type { TemplateContent } from './template-content.ts'

type Head = typeof toolCatalog.$inferSelect

/** The columns to write; `searchText` is what a mistyped word is compared with. */
export function headOf(slug: string, content: TemplateContent) {
  const { criteria, config, ...texts } = content
  return {
    ...texts,
    autoDeployCriteria: criteria,
    mcpTemplateConfig: config,
    searchText: [texts.displayName, slug, ...texts.tags, texts.category].join(' '),
  }
}

/** What a version says; rows of the first release have a config only, and then the head's texts are meant. */
export function contentOf(
  head: Pick<
    Head,
    | 'displayName'
    | 'description'
    | 'category'
    | 'tags'
    | 'isOfficial'
    | 'githubUrl'
    | 'documentationUrl'
    | 'deploymentPriority'
    | 'autoDeployCriteria'
  >,
  version: { content: TemplateContent | null; config: TemplateConfig },
): TemplateContent {
  return (
    version.content ?? {
      displayName: head.displayName,
      description: head.description,
      category: head.category,
      tags: head.tags,
      isOfficial: head.isOfficial,
      githubUrl: head.githubUrl,
      documentationUrl: head.documentationUrl,
      deploymentPriority: head.deploymentPriority,
      criteria: head.autoDeployCriteria,
      config: version.config,
    }
  )
}
