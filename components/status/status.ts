/**
 * The one place where a state gets its word, icon and tone. Every dot, badge, row and timeline reads this table, so
 * the same thing looks the same everywhere; the types make it exhaustive over the states that the server knows.
 */
import {
  Ban,
  Circle,
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CirclePause,
  CircleStop,
  CircleX,
  LoaderCircle,
  type LucideIcon,
  Power,
  Trash2,
  TriangleAlert,
  Undo2,
  Unplug,
} from 'lucide-react'
import type { DeploymentState, DROPLET_STATES, StepId, StepStatus } from '#db/schema/states.ts'

export type DropletState = (typeof DROPLET_STATES)[number]
export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'idle'

export interface Status {
  tone: Tone
  icon: LucideIcon
  /** The icon turns while work is under way. */
  turns?: true | undefined
  label: string
  /** What it means for the reader, one sentence. */
  sentence: string
  /** Nothing moves until a person acts. */
  terminal: boolean
}

export const DEPLOYMENT_STATUS: Record<DeploymentState, Status> = {
  queued: {
    tone: 'busy',
    icon: CircleDashed,
    label: 'Queued',
    sentence: 'Waits for a free worker; it starts by itself.',
    terminal: false,
  },
  deploying: {
    tone: 'busy',
    icon: LoaderCircle,
    turns: true,
    label: 'Deploying',
    sentence: 'Berth works through the six steps.',
    terminal: false,
  },
  healthy: {
    tone: 'ok',
    icon: CircleCheck,
    label: 'Healthy',
    sentence: 'The server answers; agents can connect.',
    terminal: false,
  },
  unhealthy: {
    tone: 'warn',
    icon: TriangleAlert,
    label: 'Unhealthy',
    sentence: 'The server stopped answering; Berth keeps checking.',
    terminal: false,
  },
  undoing: {
    tone: 'warn',
    icon: Undo2,
    label: 'Undoing',
    sentence: 'Berth removes what this attempt made.',
    terminal: false,
  },
  failed: {
    tone: 'bad',
    icon: CircleX,
    label: 'Failed',
    sentence: 'It did not come up; what it made was undone.',
    terminal: true,
  },
  cancelled: {
    tone: 'idle',
    icon: Ban,
    label: 'Cancelled',
    sentence: 'It was cancelled; what it made was undone.',
    terminal: true,
  },
  stopping: {
    tone: 'busy',
    icon: CirclePause,
    label: 'Stopping',
    sentence: 'The container is being stopped.',
    terminal: false,
  },
  stopped: {
    tone: 'idle',
    icon: CircleStop,
    label: 'Stopped',
    sentence: 'The container is stopped; its place on the droplet is kept.',
    terminal: true,
  },
  deleting: {
    tone: 'busy',
    icon: Trash2,
    label: 'Deleting',
    sentence: 'The container and what belongs to it are being removed.',
    terminal: false,
  },
  deleted: {
    tone: 'idle',
    icon: CircleMinus,
    label: 'Deleted',
    sentence: 'It is gone; only this record remains.',
    terminal: true,
  },
}

export const STEP_STATUS: Record<StepStatus, Status> = {
  pending: {
    tone: 'idle',
    icon: Circle,
    label: 'Pending',
    sentence: 'Waits for the steps before it.',
    terminal: false,
  },
  running: { tone: 'busy', icon: LoaderCircle, turns: true, label: 'Running', sentence: 'Under way.', terminal: false },
  succeeded: { tone: 'ok', icon: CircleCheck, label: 'Done', sentence: 'Done.', terminal: true },
  failed: { tone: 'bad', icon: CircleX, label: 'Failed', sentence: 'This step failed.', terminal: true },
  undone: { tone: 'idle', icon: Undo2, label: 'Undone', sentence: 'Done, then undone.', terminal: true },
  skipped: { tone: 'idle', icon: CircleMinus, label: 'Skipped', sentence: 'Not run.', terminal: true },
}

export const DROPLET_STATUS: Record<DropletState, Status> = {
  creating: {
    tone: 'busy',
    icon: CircleDashed,
    label: 'Creating',
    sentence: 'DigitalOcean is making the droplet.',
    terminal: false,
  },
  booting: {
    tone: 'busy',
    icon: LoaderCircle,
    turns: true,
    label: 'Booting',
    sentence: 'The droplet starts and installs Docker.',
    terminal: false,
  },
  active: { tone: 'ok', icon: Power, label: 'Active', sentence: 'Berth reaches its engine.', terminal: false },
  unreachable: {
    tone: 'warn',
    icon: Unplug,
    label: 'Unreachable',
    sentence: 'Berth can not reach it by SSH; it keeps trying.',
    terminal: false,
  },
  deleting: {
    tone: 'busy',
    icon: Trash2,
    label: 'Deleting',
    sentence: 'DigitalOcean is removing the droplet.',
    terminal: false,
  },
  deleted: { tone: 'idle', icon: CircleMinus, label: 'Deleted', sentence: 'It is gone.', terminal: true },
}

/** What each step does: its name while it waits, and its sentence before it reports one of its own. */
export const STEP_TITLES: Record<StepId, { title: string; doing: string }> = {
  analysis: { title: 'Analyzing', doing: 'Checks the template and the variables' },
  'droplet-selection': { title: 'Selecting droplet', doing: 'Finds a place in your fleet, or makes one' },
  'image-pull': { title: 'Pulling image', doing: 'Downloads the image to the droplet' },
  'container-deploy': { title: 'Starting container', doing: 'Creates the container in its box and starts it' },
  'health-check': { title: 'Health check', doing: 'Speaks MCP with the server and reads its tools' },
  'agent-integration': { title: 'Agent access', doing: 'Opens the endpoint for agents' },
}

export const TONE_TEXT: Record<Tone, string> = {
  ok: 'text-ok',
  busy: 'text-busy',
  warn: 'text-warn',
  bad: 'text-bad',
  idle: 'text-muted',
}
