/**
 * What leaves the API, as types: pages and scripts read exactly these. Dates are `Date` here and in the typed client
 * (superjson), ISO strings on the wire. No view has a field for a secret (I6); tokens appear once, in the answer of
 * the call that made them.
 */
import type { LinkKind, Role } from '#db/schema/auth.ts'
import type { DeploymentError, ToolSummary } from '#db/schema/deployments.ts'
import type { DropletState } from '#db/schema/fleet.ts'
import type { DeploymentState, Era, StepId, StepStatus } from '#db/schema/states.ts'
import type { TemplateConfig } from '#db/template-config.ts'
import type { Scope } from '#server/context.ts'
import type { DeploymentEvent } from '#server/deployments/event-types.ts'
import type { AlarmView, HoldView } from './views-placement.ts'
import type { ValidationView } from './views-templates.ts'

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
  /** The version of the template that can be deployed now; null: none can. */
  offeredVersion: number | null
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
  /** What it reserves and is limited to: its own figures where it was given some, else the template's. */
  resources: TemplateConfig['resources']
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
  /** What containers can have: the droplet's own, less what its system takes. All room is counted against these. */
  usableMemoryBytes: number
  usableCpuMillis: number
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
