'use client'
import { useQuery } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { Field } from '#components/ui/field.tsx'
import { NativeSelect } from '#components/ui/input.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { ReplayView } from '#server/api/views-placement.ts'
import type { Strategy } from '#server/placement/types.ts'
import { difference, replayWords } from './effectiveness-model.ts'
import { usePreset, WeightSliders } from './weight-sliders.tsx'
import type { Weights } from './weights-model.ts'
import { STRATEGY_NAMES, STRATEGY_WORDS } from './words.ts'

interface Asked {
  days: number
  weights: Weights
}

/** What would have been decided under other weights, each decision on the fleet that it was made from. */
export function Replay({ days }: { days: number }) {
  const [strategy, setStrategy] = useState<Strategy>('balanced')
  const [own, setOwn] = useState<Weights | null>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const preset = usePreset(strategy)
  const weights = own ?? preset
  const none = Object.values(weights).every((weight) => weight === 0)
  return (
    <Card className="grid grid-cols-1 gap-4 p-4 sm:p-5" aria-label="Replay">
      <header className="grid gap-0.5">
        <h2 className="font-medium text-md">Replay</h2>
        <p className="text-muted">The decisions of this time again, under other weights. Nothing is moved.</p>
      </header>
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <form
          className="grid grid-cols-1 content-start gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            setAsked({ days, weights })
          }}
        >
          <Field id="replay-strategy" label="Begin with">
            <NativeSelect
              id="replay-strategy"
              value={strategy}
              onChange={(event) => {
                setStrategy(event.target.value as Strategy)
                setOwn(null)
              }}
            >
              {STRATEGY_NAMES.map((name) => (
                <option key={name} value={name}>
                  {STRATEGY_WORDS[name].title}
                </option>
              ))}
            </NativeSelect>
          </Field>
          <WeightSliders weights={weights} onChange={(name, weight) => setOwn({ ...weights, [name]: weight })} />
          <Button tone="primary" type="submit" className="w-fit" disabled={none}>
            <RotateCcw /> Replay
          </Button>
        </form>
        <div aria-live="polite">
          {asked?.days === days ? (
            <Outcome asked={asked} />
          ) : (
            <p className="text-muted">What would have been decided otherwise, and what it would cost, shows here.</p>
          )}
        </div>
      </div>
    </Card>
  )
}

function Outcome({ asked }: { asked: Asked }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.admin.placement.replay.queryOptions(asked))
  if (error && !data) return <QueryError error={error} retry={refetch} />
  if (!data) return <Skeleton className="h-40" />
  return (
    <div className="grid grid-cols-1 gap-3">
      {replayWords(data).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {data.changes.length > 0 && <Changes changes={data.changes} />}
    </div>
  )
}

const COLUMNS = ['Was', 'Would be', 'Times', 'Cost'] as const

const Changes = ({ changes }: { changes: ReplayView['changes'] }) => (
  <Card className="scroll-thin overflow-x-auto" tabIndex={0} aria-label="Changes">
    <table className="w-full whitespace-nowrap text-left text-sm">
      <thead className="border-b text-muted">
        <tr>
          {COLUMNS.map((column) => (
            <th key={column} scope="col" className="h-8 px-3 font-normal">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y">
        {changes.map(({ from, to, count, monthlyMicros }) => (
          <tr key={`${from} ${to}`}>
            <td className="h-8 px-3 font-mono">{from}</td>
            <td className="px-3 font-mono">{to}</td>
            <td className="px-3 font-mono">{count}</td>
            <td className="px-3 font-mono">{difference(monthlyMicros)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </Card>
)
