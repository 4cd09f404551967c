/** Templates as they leave the API; the rules of `views.ts` hold. */
import type { ToolSummary } from '#db/schema/deployments.ts'
import type { DeploymentState } from '#db/schema/states.ts'
import type { SecuritySummary, UpstreamStatus } from '#db/schema/templates.ts'
import type { EnvironmentVariable, TemplateConfig } from '#db/template-config.ts'
import type { TemplateContent, VersionStatus } from '#db/template-content.ts'
import type { Check, ValidationFacts, ValidationTrigger, Verdict } from '#db/template-validation.ts'

export interface VariableView {
  name: string
  description: string
  isRequired: boolean
  isSecret: boolean
  format?: EnvironmentVariable['format']
  choices?: string[]
  placeholder?: string
  default?: string
  /** Berth makes a random one when none is given. */
  generate?: boolean
}

/** What one more deployment of a template would cost this user. */
export type CostView =
  | { kind: 'existing'; dropletName: string }
  | { kind: 'create'; priceMonthlyMicros: number; size: string; region: string }
  | { kind: 'none'; reason: string }

export interface TemplateCard {
  slug: string
  name: string
  description: string
  category: string
  tags: string[]
  isOfficial: boolean
  image: string
  transport: TemplateConfig['transport']
  version: number
  memoryBytes: number
  cpuMillis: number
  /** Tools that a deployment of it listed last; null until one did. */
  toolsCount: number | null
  /** Variables without a default that a deployment can't do without. */
  requiredVariables: VariableView[]
  /** Its image resolves in a registry: a fact, not a mode. Null: not asked yet. */
  runnable: boolean | null
  /** Why not, or why that is not known. */
  runnableReason: string | null
  popularity: number
  cost: CostView
  /** This user's newest live deployment of it. */
  deployment: { id: string; state: DeploymentState } | null
  status: 'published' | 'deprecated'
  /** Null: no validation has ended yet. */
  security: SecuritySummary | null
  upstream: { status: UpstreamStatus; message: string | null } | null
}

export interface TemplateView extends TemplateCard {
  variables: VariableView[]
  volumes: TemplateConfig['volumes']
  capabilities: string[]
  diskBytes: number
  writableRootReason: string | null
  githubUrl: string | null
  documentationUrl: string | null
  updatedAt: Date
  package: TemplateConfig['package'] | null
  /** The only port: derived from the transport, published on the droplet's loopback alone. */
  portMappings: { containerPort: number; protocol: 'tcp' }[]
  /** What the newest dry run or deployment listed; null until one did. */
  tools: ToolSummary[] | null
  /** The checks of the current version's newest ended validation. */
  validation: { checks: Check[]; verdict: Verdict; endedAt: Date } | null
  versions: { version: number; status: VersionStatus; publishedAt: Date | null; note: string }[]
}

/** How many published templates a category has. */
export interface CategoryView {
  category: string
  templates: number
}

/** What the deploy form begins with. No secret's value is in it (I6). */
export interface DefaultsView {
  variables: Record<
    string,
    | { from: 'default'; value?: string }
    | { from: 'generated' }
    /** A value that this person gave before; `value` only when it is no secret. */
    | { from: 'saved'; deploymentId: string; deploymentName: string; sameTemplate: boolean; value?: string }
  >
  region: { slug: string; reason: string } | null
  resources: {
    memoryBytes: number
    cpuMillis: number
    /** Null: the template's own figures. */
    basis: { deployments: number; samples: number; p95MemoryBytes: number; p95CpuMillis: number } | null
  }
}

// ---------------------------------------------------------------- for admins
export interface AdminTemplateRow {
  slug: string
  name: string
  category: string
  image: string
  status: VersionStatus
  version: number
  /** Of a newer draft than the current version. */
  draftVersion: number | null
  isOfficial: boolean
  deployments: number
  verdict: Verdict | null
  validating: boolean
  validatedAt: Date | null
  upstream: { status: UpstreamStatus; message: string | null } | null
  updatedAt: Date
}

export interface AdminVersionRow {
  version: number
  status: VersionStatus
  note: string
  author: string | null
  createdAt: Date
  publishedAt: Date | null
  verdict: Verdict | null
  deployments: number
}

export interface AdminTemplateView {
  slug: string
  status: VersionStatus
  /** The current version. */
  version: number
  /** The version that `content` is of: the one asked for, else the newest. */
  shown: number
  shownStatus: VersionStatus
  content: TemplateContent
  imageDigest: string | null
  packages: number | null
  registryName: string | null
  upstream: { status: UpstreamStatus; message: string | null } | null
  versions: AdminVersionRow[]
  /** The newest validation of the shown version, running or ended. */
  validation: ValidationView | null
}

export interface ValidationView {
  id: string
  slug: string
  version: number
  trigger: ValidationTrigger
  verdict: Verdict | null
  checks: Check[]
  facts: ValidationFacts
  startedAt: Date
  endedAt: Date | null
}

/** A template as read from an image or a `server.json`; nothing is saved yet. */
export interface TemplateProposal {
  slug: string
  content: TemplateContent
  serverJson: Record<string, unknown> | null
  /** What was understood how, left out or guessed; `path` into the source. */
  notes: { path: string; text: string }[]
  /** The template that it would be a new version of (same registry name or slug), and what would change. */
  existing: { slug: string; version: number; changes: FieldChange[] } | null
  /** What else the document offers: its other packages, by index. */
  choices: { index: number; label: string; refused: string | null }[]
}

export interface FieldChange {
  /** Dotted path into the content. */
  path: string
  from: unknown
  to: unknown
}

export interface RegistryCredentialView {
  id: string
  registry: string
  username: string
  createdAt: Date
  updatedAt: Date
  checkedAt: Date | null
  checkError: string | null
}

export interface UpstreamRegistryView {
  id: string
  name: string
  url: string
  servers: number
  syncedAt: Date | null
  syncError: string | null
}

export interface UpstreamServerView {
  id: string
  name: string
  title: string | null
  description: string
  version: string
  status: UpstreamStatus
  statusMessage: string | null
  /** What its packages are: `npm`, `oci`, `remote`, … */
  kinds: string[]
  updatedAt: Date
  /** The template that was imported from it. */
  template: { slug: string; upToDate: boolean } | null
}
