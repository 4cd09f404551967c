import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

/** A native check box with its label; it works before any script runs. */
export const Checkbox = ({ className, children, ...props }: ComponentProps<'input'> & { children: ReactNode }) => (
  <label className={cn('inline-flex cursor-pointer items-center gap-2', className)}>
    <input type="checkbox" className="size-4 shrink-0 cursor-pointer rounded-control accent-accent" {...props} />
    <span>{children}</span>
  </label>
)
