/**
 * The template catalogue. `tool_catalog` is the head of each template: its slug, its state and a copy of the current
 * version's content, for lists and search. `template_versions` holds every version, immutable but for its status.
 */
import { sql } from 'drizzle-orm'
import { boolean, check, customType, index, integer, jsonb, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core'
import type { AutoDeployCriteria, TemplateConfig } from '../template-config.ts'
import type { PackageLock, TemplateContent, VersionStatus } from '../template-content.ts'
import type { Check, ValidationFacts, ValidationTrigger, Verdict } from '../template-validation.ts'
import { users } from './auth.ts'
import type { Sealed } from './cloud.ts'
import { at, id, int8, now } from './columns.ts'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** What the security badge says, with its reasons; from the newest validation of the current version. */
export interface SecuritySummary {
  verdict: Verdict
  reasons: string[]
  validatedAt: string
}

export const toolCatalog = pgTable(
  'tool_catalog',
  {
    id: id(),
    slug: text('slug').notNull().unique(),
    /** Of the current version. People see `published` in lists, `deprecated` by its address, nothing else. */
    status: text('status').$type<VersionStatus>().notNull().default('published'),
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
    /** Number in `template_versions` that new deployments get: the newest published; of a template never published, its newest draft. */
    version: integer('version').notNull().default(1),
    popularity: int8('popularity').notNull().default(0),
    security: jsonb('security').$type<SecuritySummary>(),
    /** `server.json`'s reverse-DNS name, e.g. `io.github.acme/weather`; null for what was never in a registry. */
    registryName: text('registry_name'),
    /** The followed registry that it was imported from: what another one lists under the same name is not its server. */
    upstreamRegistryId: uuid('upstream_registry_id').references(() => upstreamRegistries.id, { onDelete: 'set null' }),
    /** What the upstream registry last said about it: `active`, `deprecated`, `deleted`. */
    upstreamStatus: text('upstream_status').$type<UpstreamStatus>(),
    upstreamMessage: text('upstream_message'),
    /** Hash of what the seed last wrote here; another content means that a person edited it. Null: not from the seed. */
    seedHash: text('seed_hash'),
    /**
     * Name, slug, tags, category: the short text that trigrams are made of, since likeness to a long one takes long;
     * written with the content.
     */
    searchText: text('search_text').notNull().default(''),
    search: tsvector('search').generatedAlwaysAs(
      sql`setweight(to_tsvector('simple', display_name), 'A') || setweight(to_tsvector('english', search_text), 'B') || setweight(to_tsvector('english', description), 'C')`,
    ),
    createdAt: now('created_at'),
    updatedAt: now('updated_at'),
  },
  (t) => [
    check('tool_catalog_priority_check', sql`${t.deploymentPriority} between 0 and 9`),
    index('tool_catalog_search_idx').using('gin', t.search),
    index('tool_catalog_trigram_idx').using('gin', sql`${t.searchText} gin_trgm_ops`),
    index('tool_catalog_popular_idx').on(t.status, t.isOfficial, t.popularity),
    index('tool_catalog_registry_name_idx').on(t.registryName),
  ],
)

/** The MCP Registry's words. */
export const UPSTREAM_STATUSES = ['active', 'deprecated', 'deleted'] as const
export type UpstreamStatus = (typeof UPSTREAM_STATUSES)[number]

/** A deployment keeps the version that it was made from. Content, config and lock never change; the status does. */
export const templateVersions = pgTable(
  'template_versions',
  {
    id: id(),
    templateId: uuid('template_id')
      .notNull()
      .references(() => toolCatalog.id, { onDelete: 'cascade' }),
    version: integer('version').notNull(),
    status: text('status').$type<VersionStatus>().notNull().default('published'),
    /** Null in rows of the first release: then the head's texts are meant. */
    content: jsonb('content').$type<TemplateContent>(),
    config: jsonb('config').$type<TemplateConfig>().notNull(),
    /** The `server.json` it was imported from, as normalised to the newest schema, for a lossless export. */
    serverJson: jsonb('server_json').$type<Record<string, unknown>>(),
    /** What was said on saving or publishing. */
    note: text('note').notNull().default(''),
    /** `sha256:…` that the newest passing validation resolved: what a deployment pulls. */
    imageDigest: text('image_digest'),
    packageLock: jsonb('package_lock').$type<PackageLock>(),
    createdBy: uuid('created_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: now('created_at'),
    publishedAt: at('published_at'),
  },
  (t) => [unique('template_versions_number_key').on(t.templateId, t.version)],
)

/** Each run of the checks over one version. `checks` fills while it runs. */
export const templateValidations = pgTable(
  'template_validations',
  {
    id: id(),
    templateVersionId: uuid('template_version_id')
      .notNull()
      .references(() => templateVersions.id, { onDelete: 'cascade' }),
    trigger: text('trigger').$type<ValidationTrigger>().notNull(),
    /** Who asked; the dry run uses their fleet. Null: Berth by itself. */
    requestedBy: uuid('requested_by').references(() => users.id, { onDelete: 'set null' }),
    /** Null while it runs. */
    verdict: text('verdict').$type<Verdict>(),
    checks: jsonb('checks').$type<Check[]>().notNull(),
    facts: jsonb('facts').$type<ValidationFacts>().notNull(),
    /** The deployment with purpose `dry-run` that tried it. */
    dryRunId: uuid('dry_run_id'),
    /** The process that runs it; another's stale one is ended as interrupted. */
    workerId: text('worker_id').notNull(),
    startedAt: now('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [index('template_validations_version_idx').on(t.templateVersionId, t.startedAt)],
)

/** How to sign in to a private image registry; the password is write-only (I6). */
export const registryCredentials = pgTable('registry_credentials', {
  id: id(),
  /** `host[:port]` as it stands in an image reference; `docker.io` for Docker Hub. */
  registry: text('registry').notNull().unique(),
  username: text('username').notNull(),
  password: jsonb('password').$type<Sealed>().notNull(),
  createdBy: uuid('created_by').references(() => users.id, { onDelete: 'set null' }),
  createdAt: now('created_at'),
  updatedAt: now('updated_at'),
  /** When it last answered a sign-in, and with what. */
  checkedAt: at('checked_at'),
  checkError: text('check_error'),
})

export interface UpstreamPass {
  cursor: string
  startedAt: string
  /** Newest `updatedAt` seen so far. */
  newest: string | null
}

/** An MCP Registry API that is followed: `GET <url>/v0.1/servers`. */
export const upstreamRegistries = pgTable('upstream_registries', {
  id: id(),
  name: text('name').notNull(),
  /** Base URL without a trailing slash. */
  url: text('url').notNull().unique(),
  /** Newest `updatedAt` of the last whole pass: the next one asks for what changed since. */
  updatedSince: text('updated_since'),
  /** A pass through its pages that has not come to the end: the next sync goes on with it. */
  pass: jsonb('pass').$type<UpstreamPass>(),
  syncedAt: at('synced_at'),
  syncError: text('sync_error'),
  createdAt: now('created_at'),
})

/** The local copy of what upstream registries list. */
export const upstreamServers = pgTable(
  'upstream_servers',
  {
    id: id(),
    registryId: uuid('registry_id')
      .notNull()
      .references(() => upstreamRegistries.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    version: text('version').notNull(),
    status: text('status').$type<UpstreamStatus>().notNull(),
    statusMessage: text('status_message'),
    isLatest: boolean('is_latest').notNull(),
    /** The registry's own copy of `server.json`, as sent. */
    document: jsonb('document').$type<Record<string, unknown>>().notNull(),
    searchText: text('search_text').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    unique('upstream_servers_key').on(t.registryId, t.name, t.version),
    index('upstream_servers_trigram_idx').using('gin', sql`${t.searchText} gin_trgm_ops`),
  ],
)
