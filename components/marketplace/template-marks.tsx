import { BadgeCheck } from 'lucide-react'
import Link from 'next/link'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { RUNS_STATUS } from '#components/status/template-status.ts'
import { cn } from '#components/ui/cn.ts'
import type { TemplateCard } from '#server/api/views-templates.ts'
import { runsOf } from './card-model.ts'
import { tagAddress } from './filters.ts'

export const OfficialMark = () => (
  <span className="flex shrink-0 items-center gap-1 text-muted text-sm" title="Published by whoever makes the service">
    <BadgeCheck className="size-4 text-accent" aria-hidden /> official
  </span>
)

/** Can its image be had? A word each, and none of them an alarm. */
export function RunsMark({ template }: { template: Pick<TemplateCard, 'runnable' | 'runnableReason'> }) {
  const status = RUNS_STATUS[runsOf(template)]
  return (
    <span
      className="inline-flex items-center gap-1.5 whitespace-nowrap text-sm"
      title={template.runnableReason ?? status.sentence}
    >
      <StatusIcon status={status} />
      {status.label}
    </span>
  )
}

interface TagLinksProps {
  tags: readonly string[]
  /** The rest is counted. */
  max?: number
  className?: string
}

export function TagLinks({ tags, max = tags.length, className }: TagLinksProps) {
  if (tags.length === 0) return null
  const rest = tags.length - max
  return (
    <ul aria-label="Tags" className={cn('flex flex-wrap gap-x-2 gap-y-1 text-sm', className)}>
      {tags.slice(0, max).map((tag) => (
        <li key={tag} className="min-w-0 max-w-full">
          <Link
            href={tagAddress(tag)}
            className="block truncate rounded-control text-muted underline-offset-2 hover:text-ink hover:underline"
          >
            #{tag}
          </Link>
        </li>
      ))}
      {rest > 0 && <li className="text-muted">+{rest}</li>}
    </ul>
  )
}
