'use client'
import { Popover as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

interface PopoverProps {
  /** What opens it: a button. */
  trigger: ReactNode
  /** What it is about, for readers who can't see where it hangs. */
  label: string
  children: ReactNode
  className?: string
}

/** Opens by click, touch and keyboard alike; Escape closes it and gives the focus back. */
export const Popover = ({ trigger, label, children, className }: PopoverProps) => (
  <Radix.Root>
    <Radix.Trigger asChild>{trigger}</Radix.Trigger>
    <Radix.Portal>
      <Radix.Content
        aria-label={label}
        // The words come first, not the first link in them.
        onOpenAutoFocus={(event) => {
          event.preventDefault()
          ;(event.currentTarget as HTMLElement).focus()
        }}
        sideOffset={6}
        align="start"
        collisionPadding={12}
        className={cn(
          'scroll-thin z-50 grid max-h-[60dvh] w-80 max-w-[calc(100vw-24px)] animate-pop gap-2 overflow-y-auto rounded-card border bg-raised p-3 shadow-float focus-visible:outline-none',
          className,
        )}
      >
        {children}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)
