'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTRPC } from '#components/trpc/client.tsx'
import { type Filters, found, wishOf } from './filters.ts'
import { useSettled } from './use-filters.ts'

/** A pause between two keys: what is typed on is not asked for. */
const TYPING_MS = 150

/** The cards of these filters; the last ones stay while the next are on their way. */
export function useTemplates(filters: Filters, shown: number) {
  const trpc = useTRPC()
  const search = useSettled(filters.search, TYPING_MS)
  const asked = { ...filters, search: filters.search === '' ? '' : search }
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...trpc.templates.list.queryOptions(wishOf(asked, shown)),
    placeholderData: keepPreviousData,
  })
  const ahead = filters.search.trim() !== asked.search.trim()
  return {
    found: data && found(data, filters, shown),
    error,
    refetch,
    /** What is shown is of the filters before. */
    busy: isPlaceholderData || ahead,
  }
}
