'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { withWords } from '#components/trpc/errors.ts'
import { Confirm } from '#components/ui/confirm.tsx'
import { plural } from '#components/ui/format.ts'
import { toast } from '#components/ui/toast.tsx'
import type { AdminVersionRow } from '#server/api/views-templates.ts'
import { RetireMessage } from '../retire-message.tsx'

export type Retirement = 'deprecate' | 'withdraw'

interface RetireDialogProps {
  slug: string
  row: AdminVersionRow
  act: Retirement | null
  close: () => void
}

/** Deprecating and withdrawing name who is concerned, and carry a message to them. */
export function RetireDialog({ slug, row, act, close }: RetireDialogProps) {
  const { admin, templates } = useTRPC()
  const queryClient = useQueryClient()
  const deprecate = useMutation(admin.templates.deprecate.mutationOptions())
  const withdraw = useMutation(admin.templates.withdraw.mutationOptions())
  const [message, setMessage] = useState('')
  const withdraws = act === 'withdraw'
  const verb = withdraws ? withdraw : deprecate
  const run = async () => {
    await verb.mutateAsync({ slug, version: row.version, message: message.trim() || undefined }).catch(withWords)
    toast.ok(`Version ${row.version} is ${withdraws ? 'withdrawn' : 'deprecated'}`)
    void queryClient.invalidateQueries({ queryKey: admin.templates.pathKey() })
    void queryClient.invalidateQueries({ queryKey: templates.pathKey() })
  }
  return (
    <Confirm
      open={act !== null}
      onOpenChange={(open) => !open && close()}
      title={withdraws ? `Withdraw version ${row.version}?` : `Deprecate version ${row.version}?`}
      confirm={withdraws ? 'Withdraw' : 'Deprecate'}
      danger={withdraws}
      onConfirm={run}
    >
      <p>
        {withdraws
          ? `Nobody can deploy or redeploy it any more, and it can't be published again. ${goesOn(row.deployments, 'a warning')}`
          : `It leaves the marketplace; who has its address can still deploy it. ${goesOn(row.deployments, 'a note')} It can be published again.`}
      </p>
      <RetireMessage of="it" value={message} onChange={setMessage} />
    </Confirm>
  )
}

/** What becomes of those that run it. */
const goesOn = (deployments: number, mark: string): string =>
  deployments === 0
    ? 'No deployment runs it.'
    : `${plural(deployments, 'deployment')} of it ${deployments === 1 ? 'goes' : 'go'} on with ${mark}.`
