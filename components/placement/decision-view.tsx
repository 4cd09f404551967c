'use client'
import { Badge } from '#components/ui/card.tsx'
import type { Decision } from '#server/placement/types.ts'
import {
  type CandidateRow,
  candidateRows,
  forecastFacts,
  type NewDroplet,
  newDroplet,
  type RuledOutGroup,
  ruledOutGroups,
  weightRows,
} from './decision-model.ts'
import { FactorBar, FactorSwatch } from './factor-bar.tsx'
import { Facts } from './facts.tsx'
import { STRATEGY_WORDS } from './words.ts'

/** Beyond them little is learned; they unfold. */
const SHOWN_MAX = 4

/** The same struct that placement made while it decided. */
export function DecisionView({ decision }: { decision: Decision }) {
  const rows = candidateRows(decision)
  const groups = ruledOutGroups(decision)
  return (
    <div className="grid grid-cols-1 gap-6 p-4">
      <div className="grid gap-1">
        <p>{decision.summary}</p>
        {decision.choice.kind === 'none' && decision.choice.change && (
          <p className="text-muted">{decision.choice.change}</p>
        )}
      </div>
      <Weights decision={decision} />
      {rows.length > 0 && (
        <section className="grid grid-cols-1 gap-3" aria-label="Candidates">
          <h3 className="font-medium">Candidates</h3>
          <ol className="grid grid-cols-1 gap-4">
            {rows.slice(0, SHOWN_MAX).map((row, index) => (
              <CandidateItem key={row.key} row={row} open={index === 0} />
            ))}
          </ol>
          {rows.length > SHOWN_MAX && (
            <details>
              <summary className="w-fit rounded-control text-muted">{rows.length - SHOWN_MAX} more</summary>
              <ol className="mt-4 grid grid-cols-1 gap-4" start={SHOWN_MAX + 1}>
                {rows.slice(SHOWN_MAX).map((row) => (
                  <CandidateItem key={row.key} row={row} open={false} />
                ))}
              </ol>
            </details>
          )}
        </section>
      )}
      <NewDropletNote note={newDroplet(decision)} />
      {groups.length > 0 && <RuledOutSection groups={groups} />}
      {rows.length === 0 && groups.length === 0 && (
        <p className="text-muted">There was no droplet to compare: the fleet was empty.</p>
      )}
      {decision.forecast && (
        <section className="grid gap-2" aria-label="Forecast">
          <h3 className="font-medium">Forecast</h3>
          <Facts facts={forecastFacts(decision)} />
        </section>
      )}
    </div>
  )
}

function Weights({ decision }: { decision: Decision }) {
  const strategy = STRATEGY_WORDS[decision.strategy]
  return (
    <section className="grid gap-2" aria-label="Weights in force">
      <div>
        <h3 className="font-medium">{strategy.title}</h3>
        <p className="text-muted">{strategy.sentence}</p>
      </div>
      <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
        {weightRows(decision.weights).map((row) => (
          <li key={row.name} className="flex items-center gap-1.5" title={row.asks}>
            <FactorSwatch name={row.name} />
            {row.title}
            <span className="font-mono text-muted">{row.percent}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const CandidateItem = ({ row, open }: { row: CandidateRow; open: boolean }) => (
  <li className="grid grid-cols-1 gap-1.5" data-candidate={row.key}>
    <div className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
      <span className="min-w-0 font-mono text-sm [overflow-wrap:anywhere]">{row.name}</span>
      {row.chosen && <Badge tone="accent">chosen</Badge>}
      <span className="text-muted text-sm">{row.where}</span>
      {row.price && <span className="font-mono text-muted text-sm">{row.price}</span>}
      <span className="ml-auto font-mono text-sm">{row.score}</span>
    </div>
    <FactorBar segments={row.segments} label={row.barWords} />
    {row.behind && <p className="text-muted text-sm">{row.behind}</p>}
    <details open={open}>
      <summary className="w-fit rounded-control text-muted text-sm">
        Factors of {row.isNew ? `${row.name} ${row.where}` : row.name}
      </summary>
      <FactorSum row={row} />
    </details>
  </li>
)

/** Score times weight, line by line, and the sum beneath: what is shown adds up. */
export const FactorSum = ({ row }: { row: Pick<CandidateRow, 'lines' | 'score'> }) => (
  <ul className="mt-1.5 rounded-control border text-sm">
    {row.lines.map((line) => (
      <li key={line.name} className="border-b px-3 py-1.5">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <span className="flex items-center gap-1.5">
            <FactorSwatch name={line.name} />
            {line.title}
          </span>
          <span className="ml-auto whitespace-nowrap font-mono">
            <span className="text-muted">{line.product} = </span>
            {line.points}
          </span>
        </div>
        <p className="text-muted [overflow-wrap:anywhere]">{line.detail}</p>
      </li>
    ))}
    <li className="flex justify-between px-3 py-1.5 font-medium">
      Score <span className="font-mono">{row.score}</span>
    </li>
  </ul>
)

function NewDropletNote({ note }: { note: NewDroplet }) {
  if (!note || note.kind === 'chosen') return null
  return (
    <section className="grid gap-0.5" aria-label="A new droplet">
      <h3 className="font-medium">A new droplet</h3>
      <p>{note.text}</p>
      {note.kind === 'refused' && note.change && <p className="text-muted">{note.change}</p>}
    </section>
  )
}

const RuledOutSection = ({ groups }: { groups: RuledOutGroup[] }) => (
  <section className="grid gap-2" aria-label="Ruled out">
    <h3 className="font-medium">
      Ruled out <span className="font-normal text-muted">{groups.reduce((sum, group) => sum + group.count, 0)}</span>
    </h3>
    <ul className="grid grid-cols-1 gap-2">
      {groups.map((group) => (
        <li key={group.constraint} className="rounded-control border">
          <details open={groups.length === 1 || group.count <= 3}>
            <summary className="flex items-baseline justify-between gap-3 rounded-control px-3 py-2">
              <span>{group.title}</span>
              <span className="font-mono text-muted text-sm">{group.count}</span>
            </summary>
            <ul className="divide-y border-t">
              {group.named.map((loser) => (
                <li key={loser.dropletId} className="grid gap-0.5 px-3 py-2">
                  <p className="flex flex-wrap items-baseline gap-x-3">
                    <span className="font-mono text-sm [overflow-wrap:anywhere]">{loser.name}</span>
                    <span>{loser.detail}</span>
                  </p>
                  {loser.change && <p className="text-muted text-sm">{loser.change}</p>}
                </li>
              ))}
              {group.more && <li className="px-3 py-2 text-muted text-sm">{group.more}</li>}
            </ul>
          </details>
        </li>
      ))}
    </ul>
  </section>
)
