import { Badge } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import type { DeploymentState } from '#db/schema/states.ts'
import { DEPLOYMENT_STATUS, DROPLET_STATUS, type DropletState, type Status, TONE_TEXT } from './status.ts'

export function StatusIcon({ status, className }: { status: Status; className?: string }) {
  const Icon = status.icon
  return (
    <Icon
      aria-hidden
      className={cn('size-4 shrink-0', TONE_TEXT[status.tone], status.turns && 'animate-turn', className)}
    />
  )
}

export const StatusBadge = ({ status, className }: { status: Status; className?: string }) => (
  <Badge tone={status.tone} className={cn('whitespace-nowrap', className)} title={status.sentence}>
    <StatusIcon status={status} />
    {status.label}
  </Badge>
)

export const DeploymentBadge = ({ state, className }: { state: DeploymentState; className?: string }) => (
  <StatusBadge status={DEPLOYMENT_STATUS[state]} className={className} />
)

export const DropletBadge = ({ state, className }: { state: DropletState; className?: string }) => (
  <StatusBadge status={DROPLET_STATUS[state]} className={className} />
)

/** Icon and word without a box, for rows. */
export const DeploymentStatus = ({ state, className }: { state: DeploymentState; className?: string }) => {
  const status = DEPLOYMENT_STATUS[state]
  return (
    <span className={cn('inline-flex items-center gap-1.5', className)} title={status.sentence}>
      <StatusIcon status={status} />
      {status.label}
    </span>
  )
}
