'use client'
import { Check, Circle, TriangleAlert } from 'lucide-react'
import Link from 'next/link'
import { useState } from 'react'
import { STEP_TITLES } from '#components/status/status.ts'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { DeploymentView } from '#server/api/views.ts'
import { canRedeploy } from './actions-model.ts'
import { ActDialog } from './deployment-actions.tsx'
import type { Progress, UndoLine } from './steps-model.ts'
import { InsteadLink } from './template-warnings.tsx'

interface FailureBannerProps {
  deployment: DeploymentView
  progress: Progress
}

/** The first error, what was undone because of it, and the one next action. */
export function FailureBanner({ deployment, progress }: FailureBannerProps) {
  const [asking, setAsking] = useState(false)
  const { state, failed, undo } = progress
  const error = failed?.error ? { ...failed.error, step: failed.id } : deployment.error
  if (!error || state === 'deleted' || state === 'deleting') return null
  if (error.code === 'CANCELLED') return <Cancelled undo={undo} leftovers={deployment.error?.leftovers ?? []} />
  const serves = state === 'healthy' || state === 'unhealthy'
  const place = error.step ? ` at “${STEP_TITLES[error.step].title}”` : ''
  return (
    <>
      <Notice
        tone={serves ? 'warn' : 'bad'}
        role="alert"
        title={
          serves ? `The last redeploy failed${place}; the one before goes on serving` : `The deployment failed${place}`
        }
        action={
          <>
            {error.code === 'TEMPLATE_REFUSED' && deployment.warnings.length === 0 ? (
              <InsteadLink deployment={deployment} />
            ) : (
              <NextAction code={error.code} />
            )}
            {canRedeploy(state, deployment.warnings) && (
              <Button size="sm" onClick={() => setAsking(true)}>
                Redeploy
              </Button>
            )}
          </>
        }
      >
        <p>{error.message}</p>
        <p className="mt-1">
          {error.action} <code className="font-mono text-muted text-sm">{error.code}</code>
        </p>
        <UndoList undo={undo} leftovers={deployment.error?.leftovers ?? []} />
      </Notice>
      <ActDialog
        deployment={deployment}
        state={state}
        act={asking ? 'redeploy' : null}
        close={() => setAsking(false)}
      />
    </>
  )
}

/** Where the code itself says which page helps. */
function NextAction({ code }: { code: string }) {
  const place = NEXT[code]
  return place ? (
    <Button asChild size="sm">
      <Link href={place.href}>{place.label}</Link>
    </Button>
  ) : null
}

const NEXT: Record<string, { href: string; label: string }> = {
  CLOUD_ACCOUNT_MISSING: { href: '/settings?tab=cloud', label: 'Cloud account' },
  CLOUD_TOKEN_INVALID: { href: '/settings?tab=cloud', label: 'Cloud account' },
  CLOUD_SCOPE_MISSING: { href: '/settings?tab=cloud', label: 'Cloud account' },
  CLOUD_LIMIT: { href: '/droplets', label: 'Droplets' },
  NO_PLACEMENT: { href: '?tab=why', label: 'Reasons' },
  CONTAINER_EXITED: { href: '?tab=logs', label: 'Logs' },
  HEALTH_CHECK_FAILED: { href: '?tab=logs', label: 'Logs' },
}

const Cancelled = ({ undo, leftovers }: { undo: UndoLine[]; leftovers: string[] }) => (
  <Notice title="Cancelled as you asked">
    <UndoList undo={undo} leftovers={leftovers} />
  </Notice>
)

function UndoList({ undo, leftovers }: { undo: UndoLine[]; leftovers: string[] }) {
  if (undo.length === 0 && leftovers.length === 0) return null
  return (
    <div className="mt-3 grid gap-1">
      <p className="text-muted text-sm">{undo.every((line) => line.status === 'done') ? 'Undone' : 'Being undone'}</p>
      <ul className="grid gap-1">
        {undo.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the order never changes, and one name may stand twice
          <li key={index} className="flex items-start gap-2 text-sm">
            <UndoMark status={line.status} />
            <span>
              {line.message || line.name}
              {line.status === 'failed' && <span className="text-muted"> ({line.name})</span>}
            </span>
          </li>
        ))}
      </ul>
      {leftovers.length > 0 && (
        <p className="text-sm">
          Left over, Berth goes on removing it: <span className="font-mono">{leftovers.join(', ')}</span>
        </p>
      )}
    </div>
  )
}

function UndoMark({ status }: { status: UndoLine['status'] }) {
  const words = { done: 'done', pending: 'to do', failed: 'failed' }[status]
  const Icon = { done: Check, pending: Circle, failed: TriangleAlert }[status]
  return (
    <>
      <Icon
        aria-hidden
        className={`mt-1 size-3.5 shrink-0 ${{ done: 'text-ok', pending: 'text-muted', failed: 'text-warn' }[status]}`}
      />
      <span className="sr-only">{words}:</span>
    </>
  )
}
