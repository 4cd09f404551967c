'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '#components/trpc/client.tsx'
import type { DefaultsView } from '#server/api/views-templates.ts'

/** Undefined while they come; null when they can't be had, which keeps nobody from deploying. */
export function useDefaults(template: string): DefaultsView | null | undefined {
  const trpc = useTRPC()
  const { data, isError } = useQuery(trpc.templates.defaults.queryOptions({ template }))
  return isError ? null : data
}
