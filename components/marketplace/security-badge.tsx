'use client'
import Link from 'next/link'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { SECURITY_STATUS } from '#components/status/template-status.ts'
import { cn } from '#components/ui/cn.ts'
import { Popover } from '#components/ui/popover.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { TemplateCard } from '#server/api/views-templates.ts'

type Security = TemplateCard['security']

interface SecurityBadgeProps {
  security: Security
  /** The template's name, for readers who hear the button alone. */
  name: string
  /** Where the whole report is; absent where it stands on the same page. */
  report?: string
  className?: string
}

/** The verdict; its reasons open by click, touch and keyboard. */
export function SecurityBadge({ security, name, report, className }: SecurityBadgeProps) {
  const status = SECURITY_STATUS[security?.verdict ?? 'none']
  return (
    <Popover
      label={`Security of ${name}`}
      trigger={
        <button
          type="button"
          aria-label={`${status.label}: ${name}, reasons`}
          className={cn(
            'inline-flex items-center gap-1.5 whitespace-nowrap rounded-control text-sm decoration-dotted underline-offset-2 hover:underline',
            className,
          )}
        >
          <StatusIcon status={status} />
          {status.label}
        </button>
      }
    >
      <p className="flex items-center gap-2 font-medium">
        <StatusIcon status={status} />
        {status.label}
      </p>
      <p className="text-muted text-sm">{status.sentence}</p>
      {security && security.reasons.length > 0 && (
        <ul className="grid list-disc gap-1 pl-5 text-sm marker:text-muted">
          {security.reasons.map((reason) => (
            <li key={reason} className="[overflow-wrap:anywhere]">
              {reason}
            </li>
          ))}
        </ul>
      )}
      {(security || report) && (
        <p className="flex flex-wrap items-center justify-between gap-x-3 text-muted text-sm">
          {security && (
            <span className="flex gap-1">
              checked <RelativeTime at={new Date(security.validatedAt)} />
            </span>
          )}
          {security && report && (
            <Link href={report} className="rounded-control text-ink underline underline-offset-2">
              All checks
            </Link>
          )}
        </p>
      )}
    </Popover>
  )
}
