'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { CHECK_STATUS } from '#components/status/template-status.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Checkbox } from '#components/ui/checkbox.tsx'
import { Dialog, DialogContent, DialogFooter } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Textarea } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { toast } from '#components/ui/toast.tsx'
import { type CheckId, isAcceptable } from '#db/template-validation.ts'
import type { ValidationView } from '#server/api/views-templates.ts'
import { countVerdicts, countWords, failing, publishBlock } from './checks-model.ts'

interface PublishDialogProps {
  slug: string
  /** The version to publish. */
  version: number
  /** What the marketplace offers now; null when nothing. */
  replaces: number | null
  validation: ValidationView | null
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Says what publishing changes, and lists what fails: each is fixed first, or accepted with a reason that is kept. */
export const PublishDialog = (props: PublishDialogProps) => (
  <Dialog open={props.open} onOpenChange={props.onOpenChange}>
    <DialogContent title={`Publish version ${props.version}?`}>
      <PublishForm {...props} />
    </DialogContent>
  </Dialog>
)

function PublishForm({ slug, version, replaces, validation, onOpenChange }: PublishDialogProps) {
  const { admin, templates } = useTRPC()
  const queryClient = useQueryClient()
  const publish = useMutation(admin.templates.publish.mutationOptions())
  const [accepted, setAccepted] = useState<ReadonlySet<CheckId>>(new Set())
  const [reason, setReason] = useState('')
  const failed = failing(validation)
  const block = publishBlock(validation)
  const waits =
    block ??
    (failed.some((check) => !accepted.has(check.id))
      ? 'Fix what fails, or accept each with a reason.'
      : failed.length > 0 && reason.trim() === ''
        ? 'Give the reason.'
        : null)
  const toggle = (id: CheckId) => {
    const next = new Set(accepted)
    if (!next.delete(id)) next.add(id)
    setAccepted(next)
  }
  const submit = async () => {
    const accept = failed.length > 0 ? { checks: [...accepted], reason: reason.trim() } : undefined
    const done = await publish.mutateAsync({ slug, version, accept }).then(
      () => true,
      () => false,
    )
    if (!done) return
    toast.ok(`Version ${version} is published`)
    void queryClient.invalidateQueries({ queryKey: admin.templates.pathKey() })
    void queryClient.invalidateQueries({ queryKey: templates.pathKey() })
    onOpenChange(false)
  }
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (waits === null) void submit()
      }}
    >
      <p>
        {replaces === null || replaces === version
          ? 'It stands in the marketplace at once, for everybody on this installation.'
          : `New deployments get version ${version} in place of version ${replaces}. What runs keeps the version it was made from.`}
      </p>
      {validation && failed.length === 0 && (
        <p className="text-muted">Checks: {countWords(countVerdicts(validation.checks)) || 'under way'}.</p>
      )}
      {failed.length > 0 && (
        <fieldset className="grid gap-2">
          <legend className="mb-2 font-medium">
            {failed.length === 1 ? 'One check fails' : `${failed.length} checks fail`}
          </legend>
          {failed.map((check) => (
            <div key={check.id} className="flex items-start gap-2.5 rounded-control border p-3">
              <StatusIcon status={CHECK_STATUS.fail} className="mt-0.5" />
              <div className="grid min-w-0 flex-1 gap-1">
                <p className="font-medium">{check.title}</p>
                <p className="text-muted text-sm [overflow-wrap:anywhere]">{check.summary}</p>
                {isAcceptable(check.id) ? (
                  <Checkbox checked={accepted.has(check.id)} onChange={() => toggle(check.id)}>
                    Accept <span className="sr-only">{check.title}</span>
                  </Checkbox>
                ) : (
                  <p className="text-muted text-sm">This one can’t be accepted: nothing could be deployed.</p>
                )}
              </div>
            </div>
          ))}
          <Field id="accept-reason" label="Reason" hint="Kept in the audit log with your name.">
            <Textarea
              id="accept-reason"
              aria-describedby="accept-reason-hint"
              value={reason}
              maxLength={1000}
              onChange={(event) => setReason(event.target.value)}
            />
          </Field>
        </fieldset>
      )}
      {publish.error && (
        <Notice tone="bad" role="alert" title={pageError(publish.error).message}>
          {pageError(publish.error).action}
        </Notice>
      )}
      <DialogFooter className="items-center">
        {waits && <p className="basis-full text-muted text-sm">{waits}</p>}
        <Button onClick={() => onOpenChange(false)}>Cancel</Button>
        <Button tone="primary" type="submit" disabled={waits !== null} pending={publish.isPending}>
          Publish
        </Button>
      </DialogFooter>
    </form>
  )
}
