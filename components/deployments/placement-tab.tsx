'use client'
import { useQuery } from '@tanstack/react-query'
import { Scale } from 'lucide-react'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Badge } from '#components/ui/card.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { formatMonthly } from '#components/ui/format.ts'
import { Meter } from '#components/ui/meter.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { Candidate, Decision } from '#server/placement/types.ts'

export function PlacementTab({ deploymentId }: { deploymentId: string }) {
  const trpc = useTRPC()
  const { data, error, isPending, refetch } = useQuery(trpc.deployments.placement.queryOptions({ deploymentId }))
  if (error)
    return (
      <div className="p-4">
        <QueryError error={error} retry={refetch} />
      </div>
    )
  if (isPending)
    return (
      <div className="grid gap-3 p-4">
        <Skeleton className="h-5 w-2/3" />
        <Skeleton className="h-24" />
      </div>
    )
  if (!data)
    return (
      <EmptyState icon={Scale} title="Not decided yet">
        The reasons stand here as soon as the second step has chosen.
      </EmptyState>
    )
  return <DecisionView decision={data} />
}

/** The same struct that placement made while it decided. */
export function DecisionView({ decision }: { decision: Decision }) {
  const { choice, candidates, ruledOut, ruledOutCounts } = decision
  const counts = Object.entries(ruledOutCounts)
  return (
    <div className="grid gap-5 p-4">
      <p>{decision.summary}</p>
      {choice.kind === 'create' && (
        <p className="flex flex-wrap items-center gap-2">
          <Badge tone="busy">New droplet</Badge>
          <span className="font-mono text-sm">{choice.size}</span> in {choice.region},{' '}
          <span className="font-mono text-sm">+{formatMonthly(choice.priceMonthlyMicros)}</span>
        </p>
      )}
      {candidates.length > 0 && (
        <ol className="grid gap-4">
          {candidates.map((candidate, index) => (
            <CandidateRow
              key={keyOf(candidate)}
              candidate={candidate}
              chosen={isChoice(decision, candidate)}
              open={index === 0}
            />
          ))}
        </ol>
      )}
      {ruledOut.length > 0 && (
        <section className="grid gap-2">
          <h3 className="font-medium">
            Ruled out{' '}
            <span className="font-normal text-muted">
              {counts.map(([reason, count]) => `${reason} ${count}`).join(', ')}
            </span>
          </h3>
          <ul className="divide-y rounded-control border">
            {ruledOut.map((loser) => (
              <li key={loser.dropletId} className="flex flex-wrap items-baseline gap-x-3 px-3 py-2">
                <span className="font-mono text-sm">{loser.name}</span>
                <span className="text-muted">{loser.detail}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {candidates.length === 0 && ruledOut.length === 0 && (
        <p className="text-muted">There was no droplet to compare: the fleet was empty.</p>
      )}
    </div>
  )
}

const keyOf = (candidate: Candidate): string =>
  candidate.kind === 'existing' ? candidate.dropletId : `${candidate.size} in ${candidate.region}`
const nameOf = (candidate: Candidate): string =>
  candidate.kind === 'existing' ? candidate.name : `new ${candidate.size} in ${candidate.region}`

function isChoice({ choice }: Decision, candidate: Candidate): boolean {
  if (choice.kind === 'existing') return candidate.kind === 'existing' && candidate.dropletId === choice.dropletId
  return (
    choice.kind === 'create' &&
    candidate.kind === 'create' &&
    candidate.size === choice.size &&
    candidate.region === choice.region
  )
}

function CandidateRow({ candidate, chosen, open }: { candidate: Candidate; chosen: boolean; open: boolean }) {
  const value = candidate.score / 1e6
  const score = value.toFixed(2)
  return (
    <li className="grid gap-2">
      <div className="grid grid-cols-[minmax(0,15rem)_1fr_auto] items-center gap-3">
        <span className="flex min-w-0 items-center gap-2">
          <span className="truncate font-mono text-sm">{nameOf(candidate)}</span>
          {chosen && <Badge tone="ok">chosen</Badge>}
        </span>
        <Meter value={value} label={`${nameOf(candidate)} scores ${score}`} className="h-2" />
        <span className="font-mono text-sm">{score}</span>
      </div>
      <details open={open} className="pl-0.5">
        <summary className="w-fit rounded-control text-muted text-sm">Factors</summary>
        <dl className="mt-2 grid gap-1.5">
          {candidate.factors.map((factor) => (
            <div
              key={factor.name}
              className="grid grid-cols-[minmax(0,10rem)_minmax(4rem,10rem)_1fr] items-center gap-3 text-sm"
            >
              <dt className="truncate">{factor.name}</dt>
              <dd className="flex items-center gap-2">
                <Meter
                  value={factor.score}
                  label={`${factor.name}: ${factor.score.toFixed(2)}`}
                  className="h-1"
                  barClassName="fill-muted"
                />
                <span className="font-mono">{factor.score.toFixed(2)}</span>
              </dd>
              <dd className="text-muted [overflow-wrap:anywhere]">{factor.detail}</dd>
            </div>
          ))}
        </dl>
      </details>
    </li>
  )
}
