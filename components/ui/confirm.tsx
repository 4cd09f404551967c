'use client'
import { type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog, DialogContent, DialogFooter, DialogTrigger } from './dialog.tsx'
import { Notice } from './notice.tsx'

interface ConfirmProps {
  /** The element that opens it; leave out when `open` is held outside. */
  trigger?: ReactNode
  open?: boolean
  onOpenChange?: (open: boolean) => void
  title: string
  /** What will be removed, moved or made, and what it changes in price. */
  children: ReactNode
  confirm: string
  danger?: boolean
  /** Resolves when done; throws with a message to show. */
  onConfirm: () => Promise<unknown>
}

/** A costly or destructive act first says what it will do. */
export function Confirm({ trigger, open, onOpenChange, title, children, confirm, danger, onConfirm }: ConfirmProps) {
  const [own, setOwn] = useState(false)
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const shown = open ?? own
  const show = (next: boolean) => {
    if (pending) return
    setError(null)
    setOwn(next)
    onOpenChange?.(next)
  }
  const act = async () => {
    setPending(true)
    setError(null)
    try {
      await onConfirm()
      setOwn(false)
      onOpenChange?.(false)
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : 'That did not work. Try again.')
    } finally {
      setPending(false)
    }
  }
  return (
    <Dialog open={shown} onOpenChange={show}>
      {trigger && <DialogTrigger asChild>{trigger}</DialogTrigger>}
      <DialogContent title={title}>
        <div className="grid gap-3">{children}</div>
        {error && (
          <Notice tone="bad" role="alert">
            {error}
          </Notice>
        )}
        <DialogFooter>
          <Button onClick={() => show(false)} disabled={pending}>
            Cancel
          </Button>
          <Button tone={danger ? 'danger' : 'primary'} pending={pending} onClick={act}>
            {confirm}
          </Button>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}
