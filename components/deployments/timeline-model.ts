/** One line for each event of a deployment's life. Pure. */
import { DEPLOYMENT_STATUS, STEP_STATUS, STEP_TITLES, type Status } from '#components/status/status.ts'
import { formatDuration, plural } from '#components/ui/format.ts'
import type { DeploymentEvent } from '#server/deployments/event-types.ts'

export interface TimelineLine {
  n: number
  at: Date
  attempt: number
  status: Status
  title: string
  detail: string
}

/** Newest first; steps report progress several times a second, of which the timeline keeps none. */
export const timeline = (events: readonly DeploymentEvent[]): TimelineLine[] =>
  events
    .filter((event) => event.type !== 'step.progress')
    .map((event) => ({ n: event.n, at: event.at, attempt: event.attempt, ...words(event) }))
    .reverse()

function words(event: DeploymentEvent): Pick<TimelineLine, 'status' | 'title' | 'detail'> {
  switch (event.type) {
    case 'state':
      return {
        status: DEPLOYMENT_STATUS[event.data.to],
        title: event.data.from === null ? 'Created' : DEPLOYMENT_STATUS[event.data.to].label,
        detail: event.data.reason ?? '',
      }
    case 'step.started':
      return { status: STEP_STATUS.running, title: STEP_TITLES[event.data.step].title, detail: event.data.message }
    case 'step.resumed':
      return {
        status: STEP_STATUS.running,
        title: `${STEP_TITLES[event.data.step].title}, again`,
        detail: event.data.message,
      }
    case 'step.progress':
      return { status: STEP_STATUS.running, title: STEP_TITLES[event.data.step].title, detail: event.data.message }
    case 'step.succeeded': {
      const title = `${STEP_TITLES[event.data.step].title} took ${formatDuration(event.data.durationMs)}`
      return { status: STEP_STATUS.succeeded, title, detail: event.data.message }
    }
    case 'step.failed':
      return {
        status: STEP_STATUS.failed,
        title: `${STEP_TITLES[event.data.step].title} failed`,
        detail: event.data.error.message,
      }
    case 'cancel.requested':
      return { status: DEPLOYMENT_STATUS.cancelled, title: 'Cancel was asked for', detail: '' }
    case 'undo.started':
      return {
        status: DEPLOYMENT_STATUS.undoing,
        title: 'Undo began',
        detail: plural(event.data.names.length, 'thing'),
      }
    case 'undo.done':
      return { status: STEP_STATUS.undone, title: event.data.message || event.data.name, detail: '' }
    case 'undo.failed':
      return { status: STEP_STATUS.failed, title: `Could not undo ${event.data.name}`, detail: event.data.message }
    case 'tools.listed': {
      const detail = `MCP ${event.data.protocolVersion}`
      return { status: STEP_STATUS.succeeded, title: `The server lists ${plural(event.data.count, 'tool')}`, detail }
    }
    case 'token.created':
      return { status: STEP_STATUS.succeeded, title: 'A token was created', detail: `${event.data.prefix}…` }
    case 'token.revoked':
      return { status: STEP_STATUS.undone, title: 'A token was revoked', detail: `${event.data.prefix}…` }
    case 'health.changed':
      return {
        status: DEPLOYMENT_STATUS[event.data.healthy ? 'healthy' : 'unhealthy'],
        title: event.data.healthy ? 'Answers again' : 'Stopped answering',
        detail: event.data.message,
      }
    case 'template.warning':
      return {
        status: event.data.upstream === 'active' ? STEP_STATUS.succeeded : DEPLOYMENT_STATUS.unhealthy,
        title: UPSTREAM_SAYS[event.data.upstream],
        detail: event.data.message,
      }
  }
}

const UPSTREAM_SAYS = {
  active: 'Its registry lists this server as usual again',
  deprecated: 'Its registry calls this server deprecated',
  deleted: 'Its registry has deleted this server, which often means malware',
}
