'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { DAYS_AT_FIRST } from './days.ts'
import { DaysSelect, EffectivenessOf } from './effectiveness.tsx'

export function AnalyticsView() {
  const trpc = useTRPC()
  const [days, setDays] = useState(DAYS_AT_FIRST)
  const query = useQuery({
    ...trpc.selection.effectiveness.queryOptions({ days }),
    placeholderData: keepPreviousData,
  })
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader title="Analytics" lead="How well your servers were placed, held against what came of it.">
        <DaysSelect days={days} onChange={setDays} />
      </PageHeader>
      <EffectivenessOf query={query} />
    </div>
  )
}
