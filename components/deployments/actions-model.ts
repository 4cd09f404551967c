/** Which acts a deployment allows in each state, and what each would do: the confirm dialogs draw these. Pure. */
import type { DeploymentState } from '#db/schema/states.ts'
import type { DeploymentView, TemplateWarning } from '#server/api/views.ts'

export type Act = 'cancel' | 'stop' | 'start' | 'redeploy' | 'delete'

const ALLOWED: Record<DeploymentState, readonly Act[]> = {
  queued: ['cancel', 'delete'],
  deploying: ['cancel', 'delete'],
  healthy: ['stop', 'redeploy', 'delete'],
  unhealthy: ['stop', 'redeploy', 'delete'],
  undoing: ['delete'],
  failed: ['redeploy', 'delete'],
  cancelled: ['redeploy', 'delete'],
  stopping: ['delete'],
  stopped: ['start', 'redeploy', 'delete'],
  deleting: [],
  deleted: [],
}

export const actsFor = (state: DeploymentState): readonly Act[] => ALLOWED[state]

/** Why an act that the state allows would be refused all the same, by what hangs over its template; null: it is not. */
export function refusedBecause(act: Act, warnings: readonly Pick<TemplateWarning, 'kind'>[]): string | null {
  if (act !== 'redeploy' && act !== 'start') return null
  const kinds = warnings.map(({ kind }) => kind)
  if (kinds.includes('upstream-deleted')) return 'Its registry has deleted this server.'
  if (kinds.includes('withdrawn')) return 'This version is withdrawn.'
  return null
}

export const canRedeploy = (state: DeploymentState, warnings: readonly Pick<TemplateWarning, 'kind'>[]): boolean =>
  actsFor(state).includes('redeploy') && refusedBecause('redeploy', warnings) === null

type Offer = Pick<DeploymentView, 'template' | 'templateVersion' | 'offeredVersion'>

/** What can be deployed in place of a version that nobody may deploy again. */
export const insteadOf = ({ template, templateVersion, offeredVersion }: Offer): { href: string; label: string } =>
  offeredVersion === null || offeredVersion === templateVersion
    ? { href: '/marketplace', label: 'Other servers' }
    : { href: `/marketplace/${template.slug}`, label: `Deploy version ${offeredVersion}` }

export interface ActWords {
  title: string
  confirm: string
  danger: boolean
  /** What happens, line by line. */
  lines: string[]
  /** What it changes in price. */
  price: string
}

interface ActFacts {
  name: string
  dropletName: string | null
  /** Whether the container serves now: a redeploy then keeps it until the new one is healthy. */
  serving: boolean
  tokens: number
}

export function actWords(act: Act, facts: ActFacts): ActWords {
  const place = facts.dropletName ? ` on ${facts.dropletName}` : ''
  switch (act) {
    case 'cancel':
      return {
        title: `Cancel ${facts.name}?`,
        confirm: 'Cancel the deployment',
        danger: true,
        lines: [
          'The running step stops.',
          'What this attempt made is removed: container, network, volume, reservation, and a droplet made only for it.',
        ],
        price: 'A droplet made only for this attempt stops costing once it is removed.',
      }
    case 'stop':
      return {
        title: `Stop ${facts.name}?`,
        confirm: 'Stop',
        danger: false,
        lines: [
          `The container${place} stops; agents get an error until it is started again.`,
          'Its data and its place on the droplet stay.',
        ],
        price: 'The price stays the same: the droplet goes on running.',
      }
    case 'start':
      return {
        title: `Start ${facts.name}?`,
        confirm: 'Start',
        danger: false,
        lines: [`The container${place} starts and is checked; agents can connect again with their tokens.`],
        price: 'The price stays the same.',
      }
    case 'redeploy':
      return {
        title: `Redeploy ${facts.name}?`,
        confirm: 'Redeploy',
        danger: false,
        lines: facts.serving
          ? [
              'A new container starts beside the old one and is checked.',
              'The old one serves until the new one is healthy, then it is removed.',
              'If the new one fails, the old one goes on.',
            ]
          : ['All six steps run again, with the same variables.'],
        price: 'A new droplet is made only when no droplet has room; the steps then name it.',
      }
    case 'delete':
      return {
        title: `Delete ${facts.name}?`,
        confirm: 'Delete',
        danger: true,
        lines: [
          `Removed${place}: its container, its network, its volumes and all data in them.`,
          facts.tokens > 0
            ? `${facts.tokens === 1 ? 'Its token stops' : `Its ${facts.tokens} tokens stop`} working at once.`
            : 'Its endpoint stops answering.',
          'This can not be undone.',
        ],
        price: facts.dropletName
          ? `The droplet ${facts.dropletName} stays and goes on costing until you delete it under Droplets.`
          : 'The price stays the same.',
      }
  }
}
