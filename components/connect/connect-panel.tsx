'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { siClaude, siClaudecode, siCursor } from 'simple-icons'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { CodeLine } from '#components/ui/code.tsx'
import { plural } from '#components/ui/format.ts'
import { toast } from '#components/ui/toast.tsx'
import type { DeploymentState } from '#db/schema/states.ts'
import type { DeploymentView } from '#server/api/views.ts'
import { BrandGlyph } from './brand-glyph.tsx'
import { ConnectDialog } from './connect-dialog.tsx'
import { CLIENTS, type ClientId, connectSnippets } from './snippets.ts'

const GLYPHS: Partial<Record<ClientId, string>> = {
  'claude-code': siClaudecode.path,
  'claude-desktop': siClaude.path,
  cursor: siCursor.path,
}

interface ConnectPanelProps {
  deployment: DeploymentView
  state: DeploymentState
}

/** The endpoint, and how an agent gets in. */
export function ConnectPanel({ deployment, state }: ConnectPanelProps) {
  const { endpoint, deploymentId, name, tokens } = deployment
  const [client, setClient] = useState<ClientId | null>(null)
  const { token, create, pending } = useToken(deploymentId)
  if (!endpoint) return <Waiting state={state} />
  const makeToken = async () => {
    if (await create()) setClient((open) => open ?? CLIENTS[0])
  }
  const labels = connectSnippets({ endpoint, token: null, name })
  return (
    <Card aria-label="Connect an agent" className="grid grid-cols-1 gap-3 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <CodeLine data-testid="endpoint" value={endpoint} label="Copy endpoint" className="flex-1 basis-72" />
        <Button tone={tokens.length === 0 ? 'primary' : 'plain'} pending={pending} onClick={makeToken} className="h-9">
          <KeyRound /> Create token
        </Button>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-muted text-sm">Connect</span>
        {labels.map(({ client: id, label }) => (
          <Button key={id} size="sm" onClick={() => setClient(id)}>
            {GLYPHS[id] && <BrandGlyph path={GLYPHS[id]} className="!size-3.5" />}
            {label}
          </Button>
        ))}
        <span className="ml-auto text-muted text-sm">
          {tokens.length === 0 ? 'Agents need a token; none is made yet' : plural(tokens.length, 'token')}
        </span>
      </div>
      <ConnectDialog
        deployment={{ endpoint, name }}
        client={client}
        onClient={setClient}
        token={token}
        pending={pending}
        onCreate={makeToken}
      />
    </Card>
  )
}

/** The token lives in this page's memory only; a reload forgets it. */
function useToken(deploymentId: string) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const [token, setToken] = useState<string | null>(null)
  const mutation = useMutation(trpc.deployments.createToken.mutationOptions())
  const create = async (): Promise<boolean> => {
    try {
      const made = await mutation.mutateAsync({ deploymentId })
      setToken(made.token)
      void queryClient.invalidateQueries({ queryKey: trpc.deployments.get.queryKey({ deploymentId }) })
      return true
    } catch (error) {
      const { message, action } = pageError(error)
      toast.bad(message, action)
      return false
    }
  }
  return { token, create, pending: mutation.isPending }
}

const WAITING: Partial<Record<DeploymentState, string>> = {
  queued: 'The endpoint appears here when the six steps are done.',
  deploying: 'The endpoint appears here when the six steps are done.',
  stopped: 'Stopped: the endpoint answers again after a start.',
  stopping: 'Stopping: the endpoint no longer answers.',
}

const Waiting = ({ state }: { state: DeploymentState }) =>
  WAITING[state] ? <p className="rounded-card border border-dashed px-4 py-3 text-muted">{WAITING[state]}</p> : null
