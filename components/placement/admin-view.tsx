'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { plural } from '#components/ui/format.ts'
import { PageHeader } from '#components/ui/page-header.tsx'
import { DAYS_AT_FIRST } from './days.ts'
import { DaysSelect, Effectiveness, EffectivenessSkeleton } from './effectiveness.tsx'
import { Replay } from './replay.tsx'

export function AdminPlacementView() {
  const trpc = useTRPC()
  const [days, setDays] = useState(DAYS_AT_FIRST)
  const { data, error, refetch } = useQuery({
    ...trpc.admin.placement.effectiveness.queryOptions({ days }),
    placeholderData: keepPreviousData,
  })
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader
        title="Placement"
        lead={data ? `Decisions for ${plural(data.users, 'person', 'people')}` : 'Decisions for everybody'}
      >
        <DaysSelect days={days} onChange={setDays} />
      </PageHeader>
      {error && !data ? (
        <QueryError error={error} retry={refetch} />
      ) : data ? (
        <Effectiveness view={data} />
      ) : (
        <EffectivenessSkeleton />
      )}
      <Replay days={days} />
    </div>
  )
}
