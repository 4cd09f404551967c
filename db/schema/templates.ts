/** The template catalogue. `tool_catalog` holds the current version; `template_versions` every one ever published. */
import { sql } from 'drizzle-orm'
import { boolean, check, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { AutoDeployCriteria, TemplateConfig } from '../template-config.ts'
import { id, int8, now } from './columns.ts'

export const toolCatalog = pgTable(
  'tool_catalog',
  {
    id: id(),
    slug: text('slug').notNull().unique(),
    displayName: text('display_name').notNull(),
    description: text('description').notNull(),
    category: text('category').notNull(),
    tags: text('tags').array().notNull().default([]),
    isOfficial: boolean('is_official').notNull().default(false),
    githubUrl: text('github_url'),
    documentationUrl: text('documentation_url'),
    mcpTemplateConfig: jsonb('mcp_template_config').$type<TemplateConfig>().notNull(),
    autoDeployCriteria: jsonb('auto_deploy_criteria').$type<AutoDeployCriteria>().notNull().default({}),
    deploymentPriority: integer('deployment_priority').notNull().default(5),
    /** Number in `template_versions` that new deployments get. */
    version: integer('version').notNull().default(1),
    popularity: int8('popularity').notNull().default(0),
    /** Hash of what the seed last wrote here; another content means that a person edited it. Null: not from the seed. */
    seedHash: text('seed_hash'),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
  },
  (t) => [check('tool_catalog_priority_check', sql`${t.deploymentPriority} between 0 and 9`)],
)

/** Immutable: a deployment keeps the version that it was made from. */
export const templateVersions = pgTable(
  'template_versions',
  {
    id: id(),
    templateId: uuid('template_id')
      .notNull()
      .references(() => toolCatalog.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    config: jsonb('config').$type<TemplateConfig>().notNull(),
    createdAt: now('created_at'),
  },
  (t) => [unique('template_versions_number_key').on(t.templateId, t.version)],
)
