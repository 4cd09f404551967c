import { VersionBadge } from '#components/status/template-badges.tsx'
import { Badge } from '#components/ui/card.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { TemplateView } from '#server/api/views-templates.ts'
import { FoldedSection } from './template-section.tsx'

interface TemplateVersionsProps {
  versions: TemplateView['versions']
  /** What a deployment gets. */
  current: number
}

export const TemplateVersions = ({ versions, current }: TemplateVersionsProps) => (
  <FoldedSection title="Versions" count={versions.length} aside={`v${current} is current`}>
    <ul className="divide-y">
      {versions.map(({ version, status, publishedAt, note }) => (
        <li key={version} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
          <span className="font-medium">v{version}</span>
          <VersionBadge status={status} />
          {version === current && <Badge tone="accent">current</Badge>}
          {publishedAt && (
            <span className="ml-auto flex gap-1 text-muted text-sm">
              <RelativeTime at={publishedAt} />
            </span>
          )}
          {note && <p className="basis-full text-muted [overflow-wrap:anywhere]">{note}</p>}
        </li>
      ))}
    </ul>
  </FoldedSection>
)
