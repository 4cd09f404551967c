'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useState } from 'react'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { VERDICT_STATUS } from '#components/status/template-status.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { withWords } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Confirm } from '#components/ui/confirm.tsx'
import { Dialog, DialogContent, DialogFooter } from '#components/ui/dialog.tsx'
import { plural } from '#components/ui/format.ts'
import { toast } from '#components/ui/toast.tsx'
import type { AdminTemplateRow } from '#server/api/views-templates.ts'
import { RetireMessage } from '../retire-message.tsx'
import { BULK_ACTIONS, type BulkAction, runningWords, splitFor, whyNone } from './list-model.ts'

const WORDS: Record<BulkAction, { label: string; ask: string; done: string; what: string }> = {
  validate: {
    label: 'Run checks',
    ask: 'Run the checks of',
    done: 'Checks started',
    what: 'All checks run again over the newest version of each, with a dry run where a droplet has room.',
  },
  publish: {
    label: 'Publish',
    ask: 'Publish',
    done: 'Published',
    what: 'The newest version of each stands in the marketplace at once. One whose checks fail or never ran is refused and listed.',
  },
  deprecate: {
    label: 'Deprecate',
    ask: 'Deprecate',
    done: 'Deprecated',
    what: 'They leave the marketplace. What runs goes on, with a note; who has the address can still deploy them.',
  },
  withdraw: {
    label: 'Withdraw',
    ask: 'Withdraw',
    done: 'Withdrawn',
    what: 'Nobody can deploy or redeploy them any more. What runs goes on, with a warning. This is final for these versions.',
  },
}

interface Outcome {
  slug: string
  ok: boolean
  error?: string | undefined
}

interface BulkBarProps {
  rows: readonly AdminTemplateRow[]
  onClear: () => void
}

/** Floats over the table while rows are selected; says what an action will do before it does it, and what came of it. */
export function BulkBar({ rows, onClear }: BulkBarProps) {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const bulk = useMutation(admin.templates.bulk.mutationOptions())
  const [asked, setAsked] = useState<BulkAction | null>(null)
  const [outcome, setOutcome] = useState<{ action: BulkAction; results: Outcome[] } | null>(null)
  const [message, setMessage] = useState('')
  // While it closes, the dialog keeps its last words.
  const [action, setAction] = useState<BulkAction>(asked ?? 'validate')
  if (asked && asked !== action) setAction(asked)
  const retires = action === 'deprecate' || action === 'withdraw'
  const { taken, left } = splitFor(action, rows)
  const run = async () => {
    const said = retires && message.trim() ? { message: message.trim() } : {}
    const results = await bulk.mutateAsync({ slugs: taken.map((row) => row.slug), action, ...said }).catch(withWords)
    setMessage('')
    await queryClient.invalidateQueries({ queryKey: admin.templates.pathKey() })
    if (results.some((result) => !result.ok)) setOutcome({ action, results })
    else toast.ok(`${WORDS[action].done}: ${plural(results.length, 'template')}`)
    onClear()
  }
  return (
    <>
      {rows.length > 0 && (
        <section
          aria-label="Selected templates"
          className="fixed inset-x-4 bottom-4 z-30 mx-auto flex flex-wrap items-center gap-2 rounded-card border bg-raised p-2 shadow-float sm:w-fit"
        >
          <span className="px-2 font-medium max-sm:flex-1" aria-live="polite">
            {rows.length} selected
          </span>
          <Button
            size="icon-sm"
            tone="ghost"
            className="sm:order-last"
            aria-label="Clear the selection"
            onClick={onClear}
          >
            <X />
          </Button>
          <span className="flex flex-wrap gap-1.5 max-sm:w-full">
            {BULK_ACTIONS.map((each) => {
              const count = splitFor(each, rows).taken.length
              return (
                <Button
                  key={each}
                  size="sm"
                  tone={each === 'withdraw' ? 'danger-plain' : 'plain'}
                  disabled={count === 0}
                  title={whyNone(each, rows) ?? undefined}
                  onClick={() => setAsked(each)}
                >
                  {WORDS[each].label}
                  {count !== rows.length && count > 0 && <span className="text-muted">{count}</span>}
                </Button>
              )
            })}
          </span>
        </section>
      )}
      <Confirm
        open={asked !== null}
        onOpenChange={(open) => !open && setAsked(null)}
        title={`${WORDS[action].ask} ${plural(taken.length, 'template')}?`}
        confirm={WORDS[action].label}
        danger={action === 'withdraw'}
        onConfirm={run}
      >
        <p>{WORDS[action].what}</p>
        <Names rows={taken} />
        {retires && taken.length > 0 && (
          <>
            <p>{runningWords(action, taken)}</p>
            <RetireMessage of="them" value={message} onChange={setMessage} />
          </>
        )}
        {left.length > 0 && (
          <p className="text-muted">
            Left alone, as this does not apply to {left.length === 1 ? 'it' : 'them'}:{' '}
            {left.map((row) => row.name).join(', ')}.
          </p>
        )}
      </Confirm>
      <Dialog open={outcome !== null} onOpenChange={(open) => !open && setOutcome(null)}>
        <DialogContent title={outcome ? `${WORDS[outcome.action].done}: ${countDone(outcome.results)}` : ''}>
          <ul className="scroll-thin grid max-h-[50dvh] gap-2 overflow-y-auto">
            {outcome?.results.map((result) => (
              <li key={result.slug} className="flex items-start gap-2">
                <StatusIcon status={VERDICT_STATUS[result.ok ? 'pass' : 'fail']} className="mt-0.5" />
                <span className="min-w-0">
                  <span className="font-medium">{result.slug}</span>
                  {result.error && <span className="block text-muted [overflow-wrap:anywhere]">{result.error}</span>}
                </span>
              </li>
            ))}
          </ul>
          <DialogFooter>
            <Button tone="primary" onClick={() => setOutcome(null)}>
              Done
            </Button>
          </DialogFooter>
        </DialogContent>
      </Dialog>
    </>
  )
}

const countDone = (results: Outcome[]): string => `${results.filter((result) => result.ok).length} of ${results.length}`

const NAMES_MAX = 12

function Names({ rows }: { rows: readonly AdminTemplateRow[] }) {
  const shown = rows.slice(0, NAMES_MAX).map((row) => row.name)
  const more = rows.length - shown.length
  return (
    <p className="font-medium [overflow-wrap:anywhere]">
      {shown.join(', ')}
      {more > 0 && ` and ${more} more`}
    </p>
  )
}
