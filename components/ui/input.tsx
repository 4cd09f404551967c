import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

const box =
  'w-full min-w-0 rounded-control border border-line-strong/60 bg-surface px-3 text-base text-ink transition-colors hover:border-line-strong focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 aria-invalid:border-bad aria-invalid:outline-bad disabled:opacity-60'

export const Input = ({ className, ...props }: ComponentProps<'input'>) => (
  <input className={cn(box, 'h-9', className)} {...props} />
)

/** The browser's own list: right on every device, and it needs no script to open. */
export const NativeSelect = ({ className, children, ...props }: ComponentProps<'select'>) => (
  <select className={cn(box, 'h-9 cursor-pointer pr-8', className)} {...props}>
    {children}
  </select>
)

/** Grows with its text where the browser can; never taller than half the window. */
export const Textarea = ({ className, ...props }: ComponentProps<'textarea'>) => (
  <textarea className={cn(box, 'field-sizing-content max-h-[50dvh] min-h-16 py-1.5', className)} {...props} />
)
