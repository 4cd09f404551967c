import type { ReactNode } from 'react'
import { cn } from './cn.ts'

interface FieldProps {
  id: string
  label: ReactNode
  hint?: ReactNode
  error?: string | undefined
  className?: string
  children: ReactNode
}

/** The ids that `Field` gives its hint and error: what a control's `aria-describedby` names. */
export const describedBy = (id: string, hint: boolean, error: boolean): string | undefined =>
  [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined

export const Field = ({ id, label, hint, error, className, children }: FieldProps) => (
  <div className={cn('grid gap-1.5', className)}>
    <label htmlFor={id} className="font-medium text-base">
      {label}
    </label>
    {children}
    {hint && (
      <p id={`${id}-hint`} className="text-muted text-sm">
        {hint}
      </p>
    )}
    {error && (
      <p id={`${id}-error`} role="alert" className="text-bad text-sm">
        {error}
      </p>
    )}
  </div>
)
