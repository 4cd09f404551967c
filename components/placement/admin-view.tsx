'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { plural } from '#components/ui/format.ts'
import { PageHeader } from '#components/ui/page-header.tsx'
import { DAYS_AT_FIRST } from './days.ts'
import { DaysSelect, EffectivenessOf } from './effectiveness.tsx'
import { Replay } from './replay.tsx'

export function AdminPlacementView() {
  const trpc = useTRPC()
  const [days, setDays] = useState(DAYS_AT_FIRST)
  const query = useQuery({
    ...trpc.admin.placement.effectiveness.queryOptions({ days }),
    placeholderData: keepPreviousData,
  })
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader
        title="Placement"
        lead={query.data ? `Decisions for ${plural(query.data.users, 'person', 'people')}` : 'Decisions for everybody'}
      >
        <DaysSelect days={days} onChange={setDays} />
      </PageHeader>
      <EffectivenessOf query={query} />
      <Replay days={days} />
    </div>
  )
}
