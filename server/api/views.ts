/**
 * What leaves the API, as types: pages and scripts read exactly these. Dates are `Date` here and in the typed client
 * (superjson), ISO strings on the wire. No view has a field for a secret (I6); tokens appear once, in the answer of
 * the call that made them.
 */
import type { LinkKind, Role } from '#db/schema/auth.ts'
import type { DeploymentError, ToolSummary } from '#db/schema/deployments.ts'
import type { DropletState } from '#db/schema/fleet.ts'
import type { DeploymentState, Era, StepId, StepStatus } from '#db/schema/states.ts'
import type { SecuritySummary, UpstreamStatus } from '#db/schema/templates.ts'
import type { EnvironmentVariable, TemplateConfig } from '#db/template-config.ts'
import type { TemplateContent, VersionStatus } from '#db/template-content.ts'
import type { Check, ValidationFacts, ValidationTrigger, Verdict } from '#db/template-validation.ts'
import type { Scope } from '#server/context.ts'
import type { DeploymentEvent } from '#server/deployments/event-types.ts'
import type { AlarmView, HoldView } from './views-placement.ts'

// ---------------------------------------------------------------- templates
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
  /** Why not, when not runnable. */
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

// ---------------------------------------------------------------- templates, for admins
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

// ---------------------------------------------------------------- deployments
export interface StepView {
  id: StepId
  status: StepStatus
  startedAt: Date | null
  endedAt: Date | null
  message: string
}

export interface DeploymentTokenView {
  id: string
  prefix: string
  createdAt: Date
  lastUsedAt: Date | null
}

export interface DeploymentView {
  deploymentId: string
  name: string
  template: { slug: string; name: string }
  templateVersion: number
  state: DeploymentState
  /** Full URL for an agent; null while nothing serves. */
  endpoint: string | null
  dropletId: string | null
  droplet: { id: string; name: string; region: string; size: string } | null
  attempt: number
  steps: StepView[]
  error: DeploymentError | null
  tools: ToolSummary[] | null
  era: Era | null
  protocolVersion: string | null
  serverInfo: { name: string; version: string; title?: string } | null
  transport: TemplateConfig['transport']
  image: string
  imageDigest: string | null
  /** Number of the newest event: where a stream resumes. */
  lastEvent: number
  createdAt: Date
  updatedAt: Date
  healthyAt: Date | null
  tokens: DeploymentTokenView[]
  /** What a person should know about the template it runs: withdrawn, deprecated, or deleted upstream (often malware). */
  warnings: TemplateWarning[]
}

export interface TemplateWarning {
  kind: 'withdrawn' | 'deprecated' | 'upstream-deleted' | 'upstream-deprecated'
  message: string
}

export interface DeploymentSummary {
  deploymentId: string
  name: string
  template: { slug: string; name: string }
  state: DeploymentState
  /** The step under way; `index` counts from 0. */
  step: { id: StepId; index: number } | null
  droplet: { id: string; name: string } | null
  memoryBytes: number
  createdAt: Date
  updatedAt: Date
  errorMessage: string | null
  warnings: TemplateWarning[]
}

export interface LogLineView {
  at: Date
  stream: 'stdout' | 'stderr'
  text: string
}

// ---------------------------------------------------------------- droplets
export interface DropletView {
  id: string
  name: string
  state: DropletState
  region: string
  size: string
  vcpus: number
  memoryBytes: number
  diskBytes: number
  reservedMemoryBytes: number
  reservedCpuMillis: number
  priceMonthlyMicros: number
  publicIp: string | null
  createdAt: Date
  lastSeenAt: Date | null
  engineLacks: string[]
  engineVersion: string | null
  /** Nothing new goes there while it is held. */
  hold: HoldView | null
  alarms: AlarmView[]
  deployments: { deploymentId: string; name: string; state: DeploymentState; memoryBytes: number }[]
}

// ---------------------------------------------------------------- people and settings
export interface MeView {
  user: { id: string; email: string; name: string; role: Role; hasPassword: boolean }
  /** How this call signed in. */
  via: 'session' | 'token'
  /** The local cloud on this machine stands in for DigitalOcean. */
  demo: boolean
  version: string
  publicUrl: string
  cloudAccount: boolean
  oauth: { github: boolean; digitalocean: boolean }
}

export interface ProfileView {
  email: string
  name: string
  role: Role
  createdAt: Date
  hasPassword: boolean
  linked: ('github' | 'digitalocean')[]
}

export interface CloudAccountView {
  email: string
  accountUuid: string
  status: string
  dropletLimit: number
  checkedAt: Date
  createdAt: Date
  /** Droplets of this account that Berth still knows; removal is refused while there are any. */
  droplets: number
}

export interface ApiTokenView {
  id: string
  name: string
  prefix: string
  scopes: Scope[]
  createdAt: Date
  expiresAt: Date | null
  lastUsedAt: Date | null
}

export interface SessionView {
  id: string
  userAgent: string
  ip: string
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
  /** The one that asks. */
  current: boolean
}

export interface UserView {
  id: string
  email: string
  name: string
  role: Role
  createdAt: Date
  disabledAt: Date | null
  lastSeenAt: Date | null
  deployments: number
}

export interface InvitationView {
  id: string
  kind: LinkKind
  email: string
  role: Role
  createdAt: Date
  expiresAt: Date
}

/** A link that works once; shown only in the answer of the call that made it. */
export interface OneTimeLinkView {
  url: string
  expiresAt: Date
}

/** What the sign-in page may offer. */
export interface SignInOptionsView {
  github: boolean
  digitalocean: boolean
  /** Nobody exists yet: the first admin is made with the setup token. */
  needsSetup: boolean
  demo: boolean
}

// ---------------------------------------------------------------- live stream
export type LiveTopic =
  /** The user's deployments: the full list first, then changed rows. */
  | { kind: 'deployments' }
  /** Events of one deployment after number `after`, without a gap. */
  | { kind: 'deployment'; id: string; after: number }
  /** Lines of the container, from `since` (ISO time) on. */
  | { kind: 'logs'; id: string; since?: string }
  /** The user's droplets: the full list at first and after each change. */
  | { kind: 'droplets' }
  /** One validation of a template, whole after each check that moved. For admins. */
  | { kind: 'validation'; id: string }

export type LivePayload =
  | { topic: 'deployments'; full: boolean; rows: DeploymentSummary[] }
  | { topic: 'deployment'; id: string; events: DeploymentEvent[] }
  | { topic: 'logs'; id: string; lines: LogLineView[] }
  /** The stream of lines ended or can't be had (no container); the topic stays subscribed and follows the next one. */
  | { topic: 'logs.ended'; id: string; reason: string }
  | { topic: 'droplets'; rows: DropletView[] }
  | { topic: 'validation'; id: string; validation: ValidationView }
  /** A topic that can't be served: a foreign or missing id, say. The others go on. */
  | { topic: 'error'; of: LiveTopic; code: string; message: string }
