'use client'
import { useQuery } from '@tanstack/react-query'
import { Square } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { plural } from '#components/ui/format.ts'
import { Input } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { SearchInput } from '#components/ui/search-input.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { PlanView } from '#server/api/views-placement.ts'
import { COUNT_MAX, found, wanted, wantedCount } from './plan-model.ts'
import { PlanResult } from './plan-result.tsx'
import { usePlan } from './use-plan.ts'

const MODES: { mode: PlanView['mode']; title: string; sentence: string }[] = [
  { mode: 'add', title: 'Beside what runs', sentence: 'What stands stays where it is; its free room is used first.' },
  {
    mode: 'anew',
    title: 'My whole fleet anew',
    sentence: 'What runs now and these too, as if you had no droplet: what the cheapest fleet would be.',
  },
]

/** Many servers at once: choose, see the cheapest fleet that holds them, with the proof. Nothing is deployed here. */
export function PlanFleet() {
  const [mode, setMode] = useState<PlanView['mode']>('add')
  const [counts, setCounts] = useState<Record<string, number>>({})
  const planning = usePlan()
  const items = wanted(counts)
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader
        title="Plan a fleet"
        lead="Where many servers would go together for the least money. Nothing is made."
      />
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[22rem_minmax(0,1fr)]">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            planning.start({ items, mode })
          }}
        >
          <Card className="grid grid-cols-1 gap-4 p-4" aria-label="What to plan">
            <fieldset className="grid gap-2">
              <legend className="sr-only">Plan</legend>
              {MODES.map((each) => (
                <label key={each.mode} className="flex cursor-pointer gap-3">
                  <input
                    type="radio"
                    name="mode"
                    className="mt-0.5 size-4 shrink-0 accent-accent"
                    checked={mode === each.mode}
                    onChange={() => setMode(each.mode)}
                  />
                  <span>
                    {each.title} <span className="block text-muted text-sm">{each.sentence}</span>
                  </span>
                </label>
              ))}
            </fieldset>
            <Counts counts={counts} onChange={setCounts} />
            <div className="flex flex-wrap items-center gap-2">
              <Button
                tone="primary"
                type="submit"
                pending={planning.running}
                disabled={mode === 'add' && items.length === 0}
              >
                Plan
              </Button>
              {planning.running && (
                <Button onClick={planning.cancel}>
                  <Square /> Cancel
                </Button>
              )}
              <p className="ml-auto text-muted text-sm" aria-live="polite">
                {items.length > 0 && `${wantedCount(items)} chosen`}
              </p>
            </div>
          </Card>
        </form>
        <Outcome planning={planning} />
      </div>
    </div>
  )
}

/** All that the catalogue lists at once. */
const SERVERS_MAX = 500

interface CountsProps {
  counts: Readonly<Record<string, number>>
  onChange: (counts: Record<string, number>) => void
}

function Counts({ counts, onChange }: CountsProps) {
  const trpc = useTRPC()
  const [search, setSearch] = useState('')
  const { data, error, refetch } = useQuery(trpc.templates.list.queryOptions({ limit: SERVERS_MAX }))
  if (error && !data) return <QueryError error={error} retry={refetch} />
  if (!data) return <Skeleton className="h-96" />
  const shown = found(data, search)
  return (
    <div className="rounded-control border">
      <div className="border-b p-2">
        <SearchInput
          aria-label="Search servers"
          placeholder={`Search ${plural(data.length, 'server')}…`}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        />
      </div>
      <ul className="scroll-thin grid max-h-80 grid-cols-1 gap-1 overflow-y-auto p-2" aria-label="Servers">
        {shown.map(({ slug, name }) => (
          <li key={slug} className="flex items-center justify-between gap-3">
            <label htmlFor={`count-${slug}`} className="min-w-0 truncate">
              {name}
            </label>
            <Input
              id={`count-${slug}`}
              type="number"
              min={0}
              max={COUNT_MAX}
              placeholder="0"
              className="h-8 w-20 shrink-0 font-mono"
              value={counts[slug] || ''}
              onChange={(event) => onChange({ ...counts, [slug]: Math.trunc(Number(event.target.value)) })}
            />
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="px-3 pb-4 text-center text-muted text-sm">No server matches.</p>}
    </div>
  )
}

function Outcome({ planning: { plan, refused, running } }: { planning: ReturnType<typeof usePlan> }) {
  if (refused)
    return (
      <Notice tone="bad" role="alert" title={refused.message}>
        {refused.action}
      </Notice>
    )
  if (plan) return <PlanResult plan={plan} running={running} />
  if (running) return <Skeleton className="h-64 rounded-card" />
  return (
    <Card className="grid gap-1 p-4 text-muted">
      <p>Say how many of which servers. The first plan comes in about a second and gets better while you look at it.</p>
      <p>With each comes the proof of how far it is at most from the cheapest fleet that there can be.</p>
    </Card>
  )
}
