'use client'
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { Button } from './button.tsx'
import { cn } from './cn.ts'

export const Dialog = Radix.Root
export const DialogTrigger = Radix.Trigger

const Scrim = () => <Radix.Overlay className="fixed inset-0 z-40 animate-fade bg-scrim" />

const CloseCorner = () => (
  <Radix.Close asChild>
    <Button tone="ghost" size="icon-sm" className="absolute top-3 right-3" aria-label="Close">
      <X />
    </Button>
  </Radix.Close>
)

interface PanelProps extends Omit<ComponentProps<typeof Radix.Content>, 'title'> {
  title: ReactNode
  description?: ReactNode
}

function Heading({ title, description }: { title: ReactNode; description?: ReactNode }) {
  return (
    <header className="grid gap-1 pr-10">
      <Radix.Title className="font-semibold text-md">{title}</Radix.Title>
      {description ? (
        <Radix.Description className="text-muted">{description}</Radix.Description>
      ) : null}
    </header>
  )
}

export const DialogContent = ({ className, title, description, children, ...props }: PanelProps) => (
  <Radix.Portal>
    <Scrim />
    <Radix.Content
      className={cn(
        'fixed top-1/2 left-1/2 z-50 grid max-h-[calc(100dvh-32px)] w-[calc(100vw-32px)] max-w-lg -translate-x-1/2 -translate-y-1/2 animate-pop gap-4 overflow-y-auto rounded-card border bg-raised p-5 shadow-float',
        className,
      )}
      {...(description ? {} : { 'aria-describedby': undefined })}
      {...props}
    >
      <Heading title={title} description={description} />
      {children}
      <CloseCorner />
    </Radix.Content>
  </Radix.Portal>
)

/** A panel at the right edge; full width on phones. */
export const SheetContent = ({ className, title, description, children, ...props }: PanelProps) => (
  <Radix.Portal>
    <Scrim />
    <Radix.Content
      className={cn(
        'fixed inset-y-0 right-0 z-50 flex w-full max-w-md animate-sheet flex-col gap-5 overflow-y-auto border-l bg-raised p-5 shadow-float',
        className,
      )}
      {...(description ? {} : { 'aria-describedby': undefined })}
      {...props}
    >
      <Heading title={title} description={description} />
      {children}
      <CloseCorner />
    </Radix.Content>
  </Radix.Portal>
)

/** The navigation on phones, from the left. */
export const DrawerContent = ({ className, title, children, ...props }: PanelProps) => (
  <Radix.Portal>
    <Scrim />
    <Radix.Content
      aria-describedby={undefined}
      className={cn('fixed inset-y-0 left-0 z-50 flex w-64 animate-drawer flex-col border-r bg-raised shadow-float', className)}
      {...props}
    >
      <Radix.Title className="sr-only">{title}</Radix.Title>
      {children}
    </Radix.Content>
  </Radix.Portal>
)

export const DialogFooter = ({ className, ...props }: ComponentProps<'footer'>) => (
  <footer className={cn('flex flex-wrap justify-end gap-2 pt-1', className)} {...props} />
)
