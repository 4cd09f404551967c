'use client'
import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { useTRPC } from '#components/trpc/client.tsx'
import { type PageError, pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogContent, DialogFooter } from '#components/ui/dialog.tsx'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input, NativeSelect } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { OneTimeLink } from './one-time-link.tsx'

const schema = z.object({ email: z.email('Give an e-mail address.'), role: z.enum(['user', 'admin']) })

/** A reload, the common advice for a conflict, changes nothing here. */
const advice = ({ code, action }: PageError): string =>
  code === 'CONFLICT' ? 'Close this and use the menu beside their name, for example to reset the password.' : action

interface InviteDialogProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

export function InviteDialog({ open, onOpenChange }: InviteDialogProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title="Invite someone" description="They choose their own password.">
        <InviteForm close={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  )
}

function InviteForm({ close }: { close: () => void }) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const invite = useMutation(trpc.admin.users.invite.mutationOptions())
  const { register, handleSubmit, formState } = useForm<z.infer<typeof schema>>({
    resolver: zodResolver(schema),
    defaultValues: { email: '', role: 'user' },
  })
  const wrong = formState.errors.email?.message
  const submit = handleSubmit(async (values) => {
    await invite.mutateAsync(values).catch(() => undefined)
    void queryClient.invalidateQueries({ queryKey: trpc.admin.users.pathKey() })
  })
  if (invite.data)
    return (
      <>
        <OneTimeLink link={invite.data} />
        <DialogFooter>
          <Button tone="primary" onClick={close}>
            Done
          </Button>
        </DialogFooter>
      </>
    )
  return (
    <form onSubmit={submit} className="grid gap-4" noValidate>
      <Field id="invite-email" label="E-mail" error={wrong}>
        <Input
          id="invite-email"
          type="email"
          autoComplete="off"
          aria-invalid={wrong ? true : undefined}
          aria-describedby={describedBy('invite-email', false, wrong !== undefined)}
          {...register('email')}
        />
      </Field>
      <Field id="invite-role" label="Role" hint="Admins invite, disable and reset people.">
        <NativeSelect id="invite-role" aria-describedby="invite-role-hint" {...register('role')}>
          <option value="user">User</option>
          <option value="admin">Admin</option>
        </NativeSelect>
      </Field>
      {invite.error && (
        <Notice tone="bad" role="alert" title={pageError(invite.error).message}>
          {advice(pageError(invite.error))}
        </Notice>
      )}
      <DialogFooter>
        <Button onClick={close}>Cancel</Button>
        <Button tone="primary" type="submit" pending={invite.isPending}>
          Create the link
        </Button>
      </DialogFooter>
    </form>
  )
}
