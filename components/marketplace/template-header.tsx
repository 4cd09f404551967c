import { BookOpen, Code } from 'lucide-react'
import type { ReactNode } from 'react'
import { UPSTREAM_STATUS, VERSION_STATUS } from '#components/status/template-status.ts'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { TemplateView } from '#server/api/views-templates.ts'
import { SecurityBadge } from './security-badge.tsx'
import { TemplateMark } from './template-mark.tsx'
import { OfficialMark, RunsMark, TagLinks } from './template-marks.tsx'

export const TemplateHeader = ({ template }: { template: TemplateView }) => (
  <>
    <header className="flex flex-wrap items-start gap-x-4 gap-y-3">
      <TemplateMark name={template.name} className="size-10" />
      <div className="grid min-w-0 flex-1 basis-60 gap-2">
        <div className="flex flex-wrap items-center gap-x-3">
          <h1 className="font-semibold text-lg tracking-tight [overflow-wrap:anywhere]">{template.name}</h1>
          {template.isOfficial && <OfficialMark />}
        </div>
        <p className="max-w-2xl [overflow-wrap:anywhere]">{template.description}</p>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <SecurityBadge security={template.security} name={template.name} report="#security" />
          <RunsMark template={template} />
          <TagLinks tags={template.tags} />
        </div>
      </div>
      <div className="flex gap-2">
        {template.githubUrl && (
          <OutLink href={template.githubUrl} icon={<Code />}>
            Source
          </OutLink>
        )}
        {template.documentationUrl && (
          <OutLink href={template.documentationUrl} icon={<BookOpen />}>
            Docs
          </OutLink>
        )}
      </div>
    </header>
    <Standing template={template} />
  </>
)

/** What its admin and its registry say of it; silence when all is well. */
function Standing({ template: { status, upstream, versions, version } }: { template: TemplateView }) {
  const note = versions.find((each) => each.version === version)?.note
  return (
    <>
      {upstream?.status === 'deleted' && (
        <Notice tone="bad" role="alert" title={UPSTREAM_STATUS.deleted.label}>
          The registry that this server came from has deleted it, which often means malware. It can’t be deployed.
          {upstream.message && ` It says: ${upstream.message}`}
        </Notice>
      )}
      {upstream?.status === 'deprecated' && (
        <Notice tone="warn" role="status" title={UPSTREAM_STATUS.deprecated.label}>
          {upstream.message ?? UPSTREAM_STATUS.deprecated.sentence}
        </Notice>
      )}
      {status === 'deprecated' && (
        <Notice tone="warn" role="status" title={VERSION_STATUS.deprecated.label}>
          It is no longer offered in the marketplace
          {upstream?.status !== 'deleted' && ', but can be deployed from here'}.{note && ` ${note}`}
        </Notice>
      )}
    </>
  )
}

/** Only web addresses: a template is data, and data may hold anything. */
function OutLink({ href, icon, children }: { href: string; icon: ReactNode; children: ReactNode }) {
  if (!/^https?:\/\//.test(href)) return null
  return (
    <Button asChild>
      <a href={href} target="_blank" rel="noreferrer">
        {icon}
        {children}
      </a>
    </Button>
  )
}
