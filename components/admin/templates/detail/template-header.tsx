'use client'
import { ExternalLink } from 'lucide-react'
import Link from 'next/link'
import { TemplateMark } from '#components/marketplace/template-mark.tsx'
import { UpstreamBadge, VerdictBadge, VersionBadge } from '#components/status/template-badges.tsx'
import { VERSION_STATUS } from '#components/status/template-status.ts'
import { Button } from '#components/ui/button.tsx'
import { Badge } from '#components/ui/card.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { AdminTemplateView } from '#server/api/views-templates.ts'
import { runState } from './checks-model.ts'

interface TemplateHeaderProps {
  view: AdminTemplateView
  /** Leads to the checks, wherever they stand. */
  onChecks: () => void
}

export const TemplateHeader = ({ view, onChecks }: TemplateHeaderProps) => (
  <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
    <div className="flex min-w-0 items-start gap-3">
      <TemplateMark name={view.content.displayName} className="mt-1.5" />
      <div className="min-w-0">
        <h1 className="font-semibold text-lg tracking-tight [overflow-wrap:anywhere]">{view.content.displayName}</h1>
        <p className="truncate font-mono text-muted text-sm">{view.registryName ?? view.slug}</p>
      </div>
    </div>
    <span className="flex flex-wrap items-center gap-1.5">
      <span className="font-mono text-sm">v{view.shown}</span>
      <VersionBadge status={view.shownStatus} />
      <button type="button" onClick={onChecks} className="flex rounded-control">
        <VerdictBadge verdict={runState(view.validation)} />
      </button>
      {view.content.isOfficial && <Badge tone="accent">official</Badge>}
      {view.upstream && view.upstream.status !== 'active' && <UpstreamBadge status={view.upstream.status} />}
    </span>
    {(view.status === 'published' || view.status === 'deprecated') && (
      <Button asChild className="sm:ml-auto">
        <Link href={`/marketplace/${view.slug}`}>
          <ExternalLink /> In the marketplace
        </Link>
      </Button>
    )}
  </header>
)

/** What an admin must know before editing: another version is offered, or the registry warns. */
export const TemplateNotices = ({ view }: { view: AdminTemplateView }) => {
  const newest = view.versions[0]?.version ?? view.shown
  return (
    <>
      {view.upstream?.status === 'deleted' && (
        <Notice tone="bad" role="alert" title="Its registry removed it, often because it is malware">
          {view.upstream.message ?? 'No reason was given.'} Every running copy shows a warning; withdraw its versions to
          stop new ones.
        </Notice>
      )}
      {view.upstream?.status === 'deprecated' && (
        <Notice tone="warn" title="Its publisher deprecated it">
          {view.upstream.message ?? 'No reason was given.'}
        </Notice>
      )}
      {view.shown !== newest && (
        <Notice
          title={`You look at version ${view.shown}; the newest is version ${newest}`}
          action={
            <Button asChild size="sm">
              <Link href={`/admin/templates/${view.slug}`}>Show the newest</Link>
            </Button>
          }
        >
          Saving makes version {newest + 1} with what you see here.
        </Notice>
      )}
      {view.shown === newest && view.shownStatus === 'withdrawn' && (
        <Notice tone="warn" title="This version is withdrawn">
          {VERSION_STATUS.withdrawn.sentence} Save a new version to offer the template again.
        </Notice>
      )}
    </>
  )
}
