'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTRPC } from '#components/trpc/client.tsx'
import { Badge, Card } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { formatDuration, formatMonthly } from '#components/ui/format.ts'
import { Notice } from '#components/ui/notice.tsx'
import type { PlanView } from '#server/api/views-placement.ts'
import {
  budgetWords,
  certificate,
  costWords,
  fleetWords,
  type PlanBlock,
  planBlocks,
  planNotes,
  planWarnings,
} from './plan-model.ts'

/** The planned fleet as blocks, as on the fleet map, with its price and its proof above. */
export function PlanResult({ plan, running }: { plan: PlanView; running: boolean }) {
  const trpc = useTRPC()
  const { data: offers } = useQuery(trpc.selection.offers.queryOptions())
  const budget = budgetWords(plan)
  const notes = planNotes(plan)
  return (
    <section className="grid grid-cols-1 gap-4" aria-label="Plan" data-testid="plan">
      <Card className="grid grid-cols-1 gap-1 p-4" aria-live="polite">
        <p className="font-mono text-xl">{formatMonthly(plan.monthlyMicros)}</p>
        <p>
          {fleetWords(plan)}; {costWords(plan)}.
        </p>
        {budget && <p>{budget}</p>}
        <p className="font-medium">{certificate(plan)}</p>
        <p className="text-muted text-sm">
          {running ? 'Still looking for a better one.' : `Found in ${formatDuration(plan.elapsedMs)}.`}
        </p>
      </Card>
      {planWarnings(plan).map(({ title, text, settings }) => (
        <Notice key={title} tone="warn" title={title}>
          {text}{' '}
          {settings && (
            <Link href="/settings?tab=placement" className="underline">
              Placement settings
            </Link>
          )}
        </Notice>
      ))}
      {notes.length > 0 && (
        <Notice>
          {notes.map((note) => (
            <p key={note}>{note}</p>
          ))}
        </Notice>
      )}
      <ul className="grid grid-cols-1 gap-3">
        {planBlocks(plan, offers?.sizes ?? []).map((block) => (
          <BlockRow key={block.key} block={block} />
        ))}
      </ul>
    </section>
  )
}

const BlockRow = ({ block }: { block: PlanBlock }) => (
  <li>
    <Card className="grid max-w-full grid-cols-1 gap-2 p-3" style={{ width: `max(16rem, ${block.width * 100}%)` }}>
      <p className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
        {block.times > 1 && <Badge tone="accent">{block.times} ×</Badge>}
        <span className="font-mono text-sm [overflow-wrap:anywhere]">{block.title}</span>
        {block.where && <span className="text-muted text-sm">{block.where}</span>}
        <span className={cn('ml-auto whitespace-nowrap text-muted text-sm', block.isNew && 'font-mono')}>
          {block.price}
        </span>
      </p>
      <ul className="flex flex-wrap gap-1">
        {block.holds.map(({ name, count }) => (
          <li
            key={name}
            className={cn('rounded-control border px-2 py-0.5 text-sm', block.isNew ? 'bg-accent-soft' : 'bg-sunken')}
          >
            <span className="font-mono">{count}</span> × {name}
          </li>
        ))}
      </ul>
    </Card>
  </li>
)
