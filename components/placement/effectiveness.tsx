'use client'
import { Compass } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Badge, Card } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { formatMonthly, plural } from '#components/ui/format.ts'
import { NativeSelect } from '#components/ui/input.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { EffectivenessView } from '#server/api/views-placement.ts'
import { DAYS } from './days.ts'
import { percent } from './decision-model.ts'
import { choiceWords, effectRows, hitRate, outcomeFacts, useRows } from './effectiveness-model.ts'
import { Facts } from './facts.tsx'
import { UseBar, UseKey } from './use-bar.tsx'

export const DaysSelect = ({ days, onChange }: { days: number; onChange: (days: number) => void }) => (
  <NativeSelect
    aria-label="Time"
    className="h-8 w-auto"
    value={days}
    onChange={(event) => onChange(Number(event.target.value))}
  >
    {DAYS.map((span) => (
      <option key={span} value={span}>
        Last {span} days
      </option>
    ))}
  </NativeSelect>
)

interface EffectivenessOfProps {
  /** As `useQuery` gives it. */
  query: { data: EffectivenessView | undefined; error: unknown; refetch: () => void }
}

/** The figures once they are there; until then their shape, or why they are not. */
export function EffectivenessOf({ query: { data, error, refetch } }: EffectivenessOfProps) {
  if (data) return <Effectiveness view={data} />
  return error ? <QueryError error={error} retry={refetch} /> : <EffectivenessSkeleton />
}

/** Was placement right? Figures with their n; where nothing can be said, that is said. */
function Effectiveness({ view }: { view: EffectivenessView }) {
  if (view.decisions === 0)
    return (
      <Card>
        <EmptyState
          icon={Compass}
          title="Nothing to look back on yet"
          action={
            <Button asChild>
              <Link href="/marketplace">Deploy a server</Link>
            </Button>
          }
        >
          Each decision is held against what came of it: whether the server came up, what it really used, and whether a
          cheaper place shows in hindsight.
        </EmptyState>
      </Card>
    )
  return (
    <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
      <Decisions view={view} />
      <Regret view={view} />
      <FleetUse view={view} />
      <Factors view={view} />
    </div>
  )
}

const EffectivenessSkeleton = () => (
  <div className="grid grid-cols-1 gap-5 lg:grid-cols-2" aria-busy>
    {['decisions', 'regret', 'fleet', 'factors'].map((key) => (
      <Skeleton key={key} className="h-64 rounded-card" />
    ))}
  </div>
)

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <Card className="grid grid-cols-1 content-start gap-4 p-4 sm:p-5" aria-label={title}>
    <h2 className="font-medium text-md">{title}</h2>
    {children}
  </Card>
)

/** The figure of a part; null: it can't be said yet. */
const Figure = ({ children }: { children: string | null }) => (
  <p className={children === null ? 'text-md text-muted leading-9' : 'font-mono text-xl'}>
    {children ?? 'Not known yet'}
  </p>
)

function Decisions({ view }: { view: EffectivenessView }) {
  const hit = hitRate(view)
  return (
    <Part title="Hit rate">
      <div className="grid gap-2">
        <Figure>{hit.share === null ? null : hit.figure}</Figure>
        {hit.share !== null && <Meter value={hit.share} label={`Hit rate ${hit.figure}`} />}
        <p className="text-muted">{hit.sentence}</p>
      </div>
      <Facts facts={outcomeFacts(view)} />
    </Part>
  )
}

function Regret({ view: { judged, regret, use } }: { view: EffectivenessView }) {
  return (
    <Part title="Regret">
      <div className="grid gap-2">
        <Figure>{judged === 0 ? null : formatMonthly(regret.monthlyMicros)}</Figure>
        <p className="text-muted">
          What is paid a month beyond the best choices in hindsight, now that it is known what each server really uses;
          0 means that nothing cheaper was there.
        </p>
      </div>
      {regret.worst.length > 0 && (
        <ul className="divide-y rounded-control border">
          {regret.worst.map(({ deploymentId, at, choice, monthlyMicros }) => (
            <li key={`${deploymentId} ${at.getTime()}`} className="flex items-baseline gap-3 px-3 py-2">
              <p className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-3">
                <Link
                  href={`/deployments/${deploymentId}?tab=why`}
                  className="min-w-0 font-mono text-sm underline decoration-line-strong underline-offset-2 [overflow-wrap:anywhere]"
                >
                  {choiceWords(choice)}
                </Link>
                <span className="text-muted text-sm">
                  <RelativeTime at={at} />
                </span>
              </p>
              <span className="whitespace-nowrap font-mono text-sm">{formatMonthly(monthlyMicros)}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="text-muted">
        {use
          ? `Of what was reserved, ${percent(use.p95MemoryShare)} of the memory and ${percent(use.p95CpuShare)} of the CPU is really used (95th percentile, ${plural(use.decisions, 'decision')}).`
          : 'How much of what is reserved is really used has not been measured long enough.'}
      </p>
    </Part>
  )
}

const FleetUse = ({ view: { fleet } }: { view: EffectivenessView }) => (
  <Part title="Use of the fleet">
    <p className="text-muted">
      {plural(fleet.droplets, 'droplet')} now,{' '}
      <span className="font-mono text-sm">{formatMonthly(fleet.monthlyMicros)}</span>
    </p>
    {useRows(fleet).map((row) => (
      <UseBar key={row.name} row={row} />
    ))}
    <UseKey />
  </Part>
)

/** On phones a row folds: what it means stands beneath its figures. */
const FOLDED = 'max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_4.5rem_5.5rem]'

const Factors = ({ view: { factors } }: { view: EffectivenessView }) => (
  <Part title="What the factors foretold">
    <p className="text-muted">
      Whether a high score of a factor went with a good outcome: +1 always, 0 no relation, −1 the opposite.
    </p>
    <Card className="scroll-thin overflow-x-auto border-0" tabIndex={0} aria-label="Factors and outcomes">
      <table className="w-full text-left text-sm">
        <thead className="border-b text-muted">
          <tr className={FOLDED}>
            <th scope="col" className="h-8 pr-3 font-normal max-sm:leading-8">
              Factor
            </th>
            <th scope="col" className="pr-4 text-right font-normal max-sm:pr-0 max-sm:leading-8">
              Decisions
            </th>
            <th scope="col" className="pr-4 text-right font-normal max-sm:pr-0 max-sm:leading-8">
              Correlation
            </th>
            <th scope="col" className="w-full font-normal max-sm:sr-only">
              What it means
            </th>
          </tr>
        </thead>
        <tbody className="divide-y">
          {effectRows(factors).map((row) => (
            <tr key={row.key} className={cn(FOLDED, 'max-sm:py-1.5')}>
              <th scope="row" className="pr-3 font-normal sm:py-1.5">
                {row.title}
              </th>
              <td className="text-right font-mono sm:pr-4">{row.n}</td>
              <td className="text-right font-mono sm:pr-4">{row.correlation}</td>
              <td className="max-sm:col-span-full max-sm:text-muted sm:py-1.5">
                {row.misleads ? (
                  <Badge tone="warn" className="h-auto whitespace-normal">
                    {row.verdict}
                  </Badge>
                ) : (
                  row.verdict
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  </Part>
)
