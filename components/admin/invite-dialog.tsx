'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { Dialog, DialogContent, DialogFooter } from '#components/ui/dialog.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input, NativeSelect } from '#components/ui/input.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { OneTimeLink } from './one-time-link.tsx'

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
  const { register, handleSubmit } = useForm<{ email: string; role: 'user' | 'admin' }>({
    defaultValues: { email: '', role: 'user' },
  })
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
    <form onSubmit={submit} className="grid gap-4">
      <Field id="invite-email" label="E-mail">
        <Input id="invite-email" type="email" required autoComplete="off" {...register('email')} />
      </Field>
      <Field id="invite-role" label="Role" hint="Admins invite, disable and reset people.">
        <NativeSelect id="invite-role" aria-describedby="invite-role-hint" {...register('role')}>
          <option value="user">User</option>
          <option value="admin">Admin</option>
        </NativeSelect>
      </Field>
      {invite.error && (
        <Notice tone="bad" role="alert" title={pageError(invite.error).message}>
          {pageError(invite.error).action}
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
