'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { v7 as newId } from 'uuid'
import { useTRPC } from '#components/trpc/client.tsx'
import { type PageError, pageError } from '#components/trpc/errors.ts'

export interface DeployRequest {
  template: string
  variables?: Record<string, string>
  name?: string
}

export interface Deploy {
  start: (request: DeployRequest) => Promise<string | null>
  submitting: boolean
  startedId: string | null
  refused: PageError | null
  forget: () => void
}

/** One click, one key: a double click or a repeated request makes one deployment (I3). */
export function useDeploy(): Deploy {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [startedId, setStartedId] = useState<string | null>(null)
  const [refused, setRefused] = useState<PageError | null>(null)
  const create = useMutation(trpc.deployments.create.mutationOptions())
  const start = async (request: DeployRequest) => {
    if (create.isPending) return null
    setRefused(null)
    setStartedId(null)
    try {
      const { deploymentId } = await create.mutateAsync({ ...request, idempotencyKey: newId() })
      setStartedId(deploymentId)
      void queryClient.invalidateQueries({ queryKey: trpc.deployments.list.queryKey() })
      return deploymentId
    } catch (error) {
      setRefused(pageError(error))
      return null
    }
  }
  return { start, submitting: create.isPending, startedId, refused, forget: () => setRefused(null) }
}
