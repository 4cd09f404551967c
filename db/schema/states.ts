/** States and steps with their sets. Free of Drizzle, so that the page can share it. */

export const DEPLOYMENT_STATES = [
  'queued',
  'deploying',
  'healthy',
  'unhealthy',
  'undoing',
  'failed',
  'cancelled',
  'stopping',
  'stopped',
  'deleting',
  'deleted',
] as const
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number]

/** Work is under way and a worker owns moving it on (I9: each has a deadline). */
export const PROGRESSING_STATES = ['queued', 'deploying', 'undoing', 'stopping', 'deleting'] as const
/** The container serves or should serve; the gateway answers for it. */
export const SERVING_STATES = ['healthy', 'unhealthy'] as const
/** Nothing moves until a person acts. */
export const RESTING_STATES = ['failed', 'cancelled', 'stopped', 'deleted'] as const

export const STEPS = [
  'analysis',
  'droplet-selection',
  'image-pull',
  'container-deploy',
  'health-check',
  'agent-integration',
] as const
export type StepId = (typeof STEPS)[number]

export const STEP_STATUSES = ['pending', 'running', 'succeeded', 'failed', 'undone', 'skipped'] as const
export type StepStatus = (typeof STEP_STATUSES)[number]

export const DROPLET_STATES = ['creating', 'booting', 'active', 'unreachable', 'deleting', 'deleted'] as const

export const ERAS = ['stateless', 'session'] as const
/** `stateless`: MCP 2026-07-28 and later; `session`: versions that begin with `initialize`. */
export type Era = (typeof ERAS)[number]
