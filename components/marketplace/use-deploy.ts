'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { v7 as newId } from 'uuid'
import { useTRPC } from '#components/trpc/client.tsx'
import { type PageError, pageError } from '#components/trpc/errors.ts'
import type { DeployRequest } from './deploy-model.ts'

interface Started {
  id: string | null
  refused: PageError | null
}

export interface Deploy {
  start: (request: DeployRequest) => Promise<Started>
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
  const start = async (request: DeployRequest): Promise<Started> => {
    if (create.isPending) return { id: null, refused: null }
    setRefused(null)
    setStartedId(null)
    try {
      const { deploymentId } = await create.mutateAsync({ ...request, idempotencyKey: newId() })
      setStartedId(deploymentId)
      void queryClient.invalidateQueries({ queryKey: trpc.deployments.list.queryKey() })
      void queryClient.invalidateQueries({ queryKey: trpc.templates.defaults.pathKey() })
      return { id: deploymentId, refused: null }
    } catch (error) {
      const why = pageError(error)
      setRefused(why)
      return { id: null, refused: why }
    }
  }
  return { start, submitting: create.isPending, startedId, refused, forget: () => setRefused(null) }
}
