/** What a template's card says and what its button does, from the template and this user's deployment of it. Pure. */

import { STEP_TITLES, type Tone } from '#components/status/status.ts'
import type { Runs } from '#components/status/template-status.ts'
import { formatBytes, formatMonthly, plural } from '#components/ui/format.ts'
import { STEPS } from '#db/schema/states.ts'
import type { Transport } from '#db/template-config.ts'
import type { DeploymentSummary } from '#server/api/views.ts'
import type { CostView, TemplateCard, VariableView } from '#server/api/views-templates.ts'

export interface CardState {
  kind: 'idle' | 'analyzing' | 'deploying' | 'success' | 'error'
  label: string
  /** 0-1 of the thin line; null draws none. */
  progress: number | null
  /** The sentence beneath while something happens. */
  note: string | null
  /** The deployment that the state speaks of. */
  deploymentId: string | null
  /** What a click does. */
  click: 'deploy' | 'open' | 'nothing'
}

interface CardInput {
  template: Pick<TemplateCard, 'slug' | 'runnable' | 'runnableReason' | 'cost' | 'upstream'>
  deployments: readonly DeploymentSummary[]
  /** The one that this page started; its failure stays on the card. */
  startedId: string | null
  submitting: boolean
  /** Why the last click was refused. */
  refused: string | null
}

const idle: CardState = {
  kind: 'idle',
  label: 'Deploy Now',
  progress: null,
  note: null,
  deploymentId: null,
  click: 'deploy',
}

/** A line that is seen to have started. */
const FIRST_PROGRESS = 0.04

export function cardState({ template, deployments, startedId, submitting, refused }: CardInput): CardState {
  if (submitting) return { ...idle, kind: 'analyzing', label: 'Analyzing', progress: FIRST_PROGRESS, click: 'nothing' }
  if (refused) return { ...idle, kind: 'error', label: 'Retry', note: refused }
  const own = deployments.filter((row) => row.template.slug === template.slug)
  const shown = own.find((row) => row.deploymentId === startedId) ?? own.find(isLive)
  if (!shown)
    // The id is known, its row is still on its way through the stream.
    return startedId && !own.some((row) => row.deploymentId === startedId)
      ? {
          ...idle,
          kind: 'analyzing',
          label: 'Analyzing',
          progress: FIRST_PROGRESS,
          deploymentId: startedId,
          click: 'nothing',
        }
      : blocked(template)
  return fromDeployment(shown, startedId) ?? blocked(template)
}

const LIVE = new Set(['queued', 'deploying', 'undoing', 'healthy', 'unhealthy'])
const isLive = (row: DeploymentSummary): boolean => LIVE.has(row.state)

const blocked = (template: CardInput['template']): CardState =>
  isDeployable(template) ? idle : { ...idle, click: 'nothing' }

type Deployable = Pick<TemplateCard, 'runnable' | 'runnableReason' | 'cost' | 'upstream'>

/** Why it can't be deployed; an image that nobody has asked about yet is no reason: the deployment asks. */
export function blockedBy({ runnable, runnableReason, cost, upstream }: Deployable): string | null {
  if (upstream?.status === 'deleted') return 'The registry that it came from has deleted it.'
  if (runnable === false) return runnableReason ?? 'Its image can not be had.'
  return cost.kind === 'none' ? cost.reason : null
}

export const isDeployable = (template: Deployable): boolean => blockedBy(template) === null

export const runsOf = ({ runnable }: Pick<TemplateCard, 'runnable'>): Runs =>
  runnable === null ? 'unknown' : runnable ? 'here' : 'refused'

function fromDeployment(row: DeploymentSummary, startedId: string | null): CardState | null {
  const deploymentId = row.deploymentId
  switch (row.state) {
    case 'queued':
      return { ...idle, kind: 'analyzing', label: 'Queued', progress: FIRST_PROGRESS, deploymentId, click: 'nothing' }
    case 'deploying': {
      const at = row.step?.index ?? 0
      const note = row.step ? STEP_TITLES[row.step.id].doing : null
      if (at === 0)
        return {
          ...idle,
          kind: 'analyzing',
          label: 'Analyzing',
          progress: FIRST_PROGRESS,
          note,
          deploymentId,
          click: 'nothing',
        }
      const label = `Deploying ${at + 1}/${STEPS.length}`
      return { ...idle, kind: 'deploying', label, progress: at / STEPS.length, note, deploymentId, click: 'nothing' }
    }
    case 'healthy':
    case 'unhealthy':
      return { ...idle, kind: 'success', label: 'Deployed', deploymentId, click: 'open' }
    case 'undoing':
      return { ...idle, kind: 'error', label: 'Undoing', note: row.errorMessage, deploymentId, click: 'nothing' }
    case 'failed':
      return deploymentId === startedId
        ? { ...idle, kind: 'error', label: 'Retry', note: row.errorMessage ?? 'The deployment failed.', deploymentId }
        : null
    default:
      return null
  }
}

export const TRANSPORT_WORDS: Record<Transport['type'], string> = {
  stdio: 'stdio',
  'streamable-http': 'HTTP',
  sse: 'HTTP+SSE',
}

/** "26 tools · stdio · 256 MB" */
export function facts(template: TemplateCard): string {
  const tools = template.toolsCount === null ? [] : [plural(template.toolsCount, 'tool')]
  return [...tools, TRANSPORT_WORDS[template.transport.type], formatBytes(template.memoryBytes)].join(' · ')
}

/** What only the person can give: Berth makes the others itself. */
export const askedOf = (template: Pick<TemplateCard, 'requiredVariables'>): VariableView[] =>
  template.requiredVariables.filter((variable) => !variable.generate)

/** "needs 1 secret", "needs 2 values"; empty when nothing is asked. */
export function needs(template: Pick<TemplateCard, 'requiredVariables'>): string {
  const asked = askedOf(template)
  const secrets = asked.filter((variable) => variable.isSecret).length
  const values = asked.length - secrets
  const parts = [secrets > 0 && plural(secrets, 'secret'), values > 0 && plural(values, 'value')].filter(Boolean)
  return parts.length > 0 ? `needs ${parts.join(' and ')}` : ''
}

export function costWords(cost: CostView): { text: string; tone: Tone | null } {
  switch (cost.kind) {
    case 'existing':
      return { text: `free on ${cost.dropletName}`, tone: 'ok' }
    case 'create':
      return { text: `+${formatMonthly(cost.priceMonthlyMicros)} new droplet`, tone: null }
    case 'none':
      return { text: cost.reason, tone: 'warn' }
  }
}

/** Words that are said by their letters. */
const LETTERS: Record<string, string> = { ai: 'AI', api: 'API', crm: 'CRM', iot: 'IoT', llm: 'LLM', sql: 'SQL' }

/** `developer-tools` reads as "Developer tools". */
export function categoryLabel(category: string): string {
  const words = category.split(/[-_\s]+/).filter(Boolean)
  return words
    .map((word, i) => LETTERS[word.toLowerCase()] ?? (i === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word))
    .join(' ')
}
