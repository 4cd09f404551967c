'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ban, Ellipsis, type LucideIcon, Play, RefreshCw, Square, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { withWords } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from '#components/ui/menu.tsx'
import { type DeploymentState, SERVING_STATES } from '#db/schema/states.ts'
import type { DeploymentView } from '#server/api/views.ts'
import { type Act, actsFor, actWords, refusedBecause } from './actions-model.ts'

const FACES: Record<Act, { label: string; icon: LucideIcon }> = {
  cancel: { label: 'Cancel', icon: Ban },
  stop: { label: 'Stop', icon: Square },
  start: { label: 'Start', icon: Play },
  redeploy: { label: 'Redeploy', icon: RefreshCw },
  delete: { label: 'Delete', icon: Trash2 },
}

interface ActionsProps {
  deployment: DeploymentView
  state: DeploymentState
}

/** These stand as a button when they come first; a redeploy is offered by the banner that says why. */
const BESIDE = new Set<Act>(['cancel', 'stop', 'start'])

/** The likeliest act as a button, all of them in the menu. */
export function DeploymentActions({ deployment, state }: ActionsProps) {
  const [asked, setAsked] = useState<Act | null>(null)
  const acts = actsFor(state)
  const [first] = acts
  const refused = (act: Act) => refusedBecause(act, deployment.warnings)
  if (!first) return null
  const First = FACES[first].icon
  return (
    <div className="flex items-center gap-2">
      {BESIDE.has(first) && !refused(first) && (
        <Button onClick={() => setAsked(first)}>
          <First /> {FACES[first].label}
        </Button>
      )}
      <Menu>
        <MenuTrigger asChild>
          <Button size="icon" aria-label="More actions">
            <Ellipsis />
          </Button>
        </MenuTrigger>
        <MenuContent>
          {acts.map((act) => {
            const { icon: Icon, label } = FACES[act]
            const why = refused(act)
            return (
              <div key={act}>
                {act === 'delete' && acts.length > 1 && <MenuSeparator />}
                <MenuItem
                  danger={act === 'delete'}
                  disabled={why !== null}
                  className={why ? 'h-auto items-start py-1.5' : undefined}
                  onSelect={() => setAsked(act)}
                >
                  <Icon className={why ? 'mt-0.5' : undefined} />
                  <span className="grid">
                    {label}
                    {why && <span className="text-sm">{why}</span>}
                  </span>
                </MenuItem>
              </div>
            )
          })}
        </MenuContent>
      </Menu>
      <ActDialog deployment={deployment} state={state} act={asked} close={() => setAsked(null)} />
    </div>
  )
}

interface ActDialogProps extends ActionsProps {
  act: Act | null
  close: () => void
}

export function ActDialog({ deployment, state, act, close }: ActDialogProps) {
  const run = useAct(deployment.deploymentId)
  // While it closes, the dialog keeps its last words.
  const [shown, setShown] = useState<Act>(act ?? 'stop')
  if (act && act !== shown) setShown(act)
  const words = actWords(shown, {
    name: deployment.name,
    dropletName: deployment.droplet?.name ?? null,
    serving: SERVING_STATES.some((serving) => serving === state),
    tokens: deployment.tokens.length,
  })
  return (
    <Confirm
      open={act !== null}
      onOpenChange={(open) => !open && close()}
      title={words.title}
      confirm={words.confirm}
      danger={words.danger}
      onConfirm={() => run(shown).catch(withWords)}
    >
      <ul className="grid list-disc gap-1 pl-5 marker:text-muted">
        {words.lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p className="rounded-control bg-sunken px-3 py-2 text-muted">{words.price}</p>
    </Confirm>
  )
}

function useAct(deploymentId: string): (act: Act) => Promise<unknown> {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { deployments } = trpc
  const cancel = useMutation(deployments.cancel.mutationOptions())
  const stop = useMutation(deployments.stop.mutationOptions())
  const start = useMutation(deployments.start.mutationOptions())
  const redeploy = useMutation(deployments.redeploy.mutationOptions())
  const remove = useMutation(deployments.delete.mutationOptions())
  const by: Record<Act, () => Promise<unknown>> = {
    cancel: () => cancel.mutateAsync({ deploymentId }),
    stop: () => stop.mutateAsync({ deploymentId }),
    start: () => start.mutateAsync({ deploymentId }),
    redeploy: () => redeploy.mutateAsync({ deploymentId }),
    delete: () => remove.mutateAsync({ deploymentId }),
  }
  return async (act) => {
    await by[act]()
    await queryClient.invalidateQueries({ queryKey: deployments.get.queryKey({ deploymentId }) })
  }
}
