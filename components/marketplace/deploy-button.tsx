'use client'
import { Check, RotateCw } from 'lucide-react'
import Link from 'next/link'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { Spinner } from '#components/ui/spinner.tsx'
import type { CardState } from './card-model.ts'

interface DeployButtonProps {
  state: CardState
  /** The template's name, for readers who hear the button alone. */
  name: string
  onDeploy: () => void
}

export function DeployButton({ state, name, onDeploy }: DeployButtonProps) {
  if (state.click === 'open' && state.deploymentId)
    return (
      <Button asChild className="min-w-34 text-ok">
        <Link href={`/deployments/${state.deploymentId}`} aria-label={`Deployed, open ${name}`}>
          {state.label}
          <Check />
        </Link>
      </Button>
    )
  const busy = state.kind === 'analyzing' || state.kind === 'deploying'
  return (
    <Button
      tone={state.kind === 'error' ? 'plain' : 'primary'}
      className={cn('min-w-34', busy && 'border-transparent bg-busy-soft text-busy disabled:opacity-100')}
      disabled={state.click === 'nothing'}
      aria-busy={busy || undefined}
      aria-label={state.kind === 'idle' ? `Deploy Now: ${name}` : undefined}
      data-state={state.kind}
      onClick={onDeploy}
    >
      {busy && <Spinner />}
      {state.kind === 'error' && state.click === 'deploy' && <RotateCw />}
      {state.label}
    </Button>
  )
}
