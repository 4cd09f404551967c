'use client'
import { useState } from 'react'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { Button } from '#components/ui/button.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { DeploymentEvent } from '#server/deployments/event-types.ts'
import { timeline } from './timeline-model.ts'

const PAGE_SIZE = 100

export function TimelineTab({ events }: { events: readonly DeploymentEvent[] }) {
  const [pages, setPages] = useState(1)
  const lines = timeline(events)
  const shown = lines.slice(0, pages * PAGE_SIZE)
  return (
    <div className="grid p-2">
      <ol className="grid">
        {shown.map((line) => (
          <li key={line.n} className="flex min-h-8 items-start gap-3 px-2 py-1.5">
            <StatusIcon status={{ ...line.status, turns: undefined }} className="mt-0.5" />
            <p className="min-w-0 flex-1 [overflow-wrap:anywhere]">
              {line.title}
              {line.detail && <span className="text-muted"> {line.detail}</span>}
            </p>
            <span className="flex shrink-0 gap-3 text-muted text-sm">
              <RelativeTime at={line.at} />
              <span className="hidden font-mono sm:inline">#{line.n}</span>
            </span>
          </li>
        ))}
      </ol>
      {shown.length < lines.length && (
        <Button className="justify-self-center" onClick={() => setPages(pages + 1)}>
          Show older
        </Button>
      )}
    </div>
  )
}
