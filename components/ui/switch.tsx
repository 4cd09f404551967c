import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

/** On or off: a native check box that says so, and works before any script runs. */
export const Switch = ({ className, ...props }: ComponentProps<'input'>) => (
  <input
    type="checkbox"
    role="switch"
    className={cn(
      'h-5 w-9 shrink-0 cursor-pointer appearance-none rounded-full border border-line-strong bg-sunken p-0.5 transition-colors before:block before:size-3.5 before:rounded-full before:bg-line-strong before:transition-transform checked:border-accent checked:bg-accent checked:before:translate-x-4 checked:before:bg-accent-ink',
      className,
    )}
    {...props}
  />
)
