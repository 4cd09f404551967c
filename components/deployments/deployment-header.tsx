'use client'
import Link from 'next/link'
import { TemplateMark } from '#components/marketplace/template-mark.tsx'
import { DEPLOYMENT_STATUS } from '#components/status/status.ts'
import { DeploymentBadge } from '#components/status/status-badge.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { DeploymentState } from '#db/schema/states.ts'
import type { DeploymentView } from '#server/api/views.ts'
import { DeploymentActions } from './deployment-actions.tsx'

interface HeaderProps {
  deployment: DeploymentView
  /** Newer than the deployment's own: it comes from the stream. */
  state: DeploymentState
}

export function DeploymentHeader({ deployment, state }: HeaderProps) {
  const { template, droplet, templateVersion, attempt, createdAt } = deployment
  return (
    <header className="flex flex-wrap items-start gap-x-4 gap-y-3">
      <TemplateMark name={template.name} className="size-10" />
      <div className="grid min-w-0 flex-1 basis-60 gap-1">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="font-semibold text-lg tracking-tight [overflow-wrap:anywhere]">{deployment.name}</h1>
          <DeploymentBadge state={state} />
        </div>
        <p className="flex flex-wrap items-center gap-x-2 text-muted">
          <Link href={`/marketplace/${template.slug}`} className="rounded-control hover:text-ink hover:underline">
            {template.name} v{templateVersion}
          </Link>
          {droplet && (
            <>
              <Dot />
              <Link href="/droplets" className="rounded-control font-mono text-sm hover:text-ink hover:underline">
                {droplet.name}
              </Link>
              <span>
                {droplet.region}, <span className="font-mono text-sm">{droplet.size}</span>
              </span>
            </>
          )}
          <Dot />
          <RelativeTime at={createdAt} />
          {attempt > 1 && (
            <>
              <Dot />
              <span>attempt {attempt}</span>
            </>
          )}
        </p>
        <p className="sr-only" aria-live="polite">
          {DEPLOYMENT_STATUS[state].label}: {DEPLOYMENT_STATUS[state].sentence}
        </p>
      </div>
      <DeploymentActions deployment={deployment} state={state} />
    </header>
  )
}

const Dot = () => (
  <span aria-hidden className="text-line-strong">
    ·
  </span>
)
