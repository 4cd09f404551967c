import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

export const Card = ({ className, ...props }: ComponentProps<'section'>) => (
  <section className={cn('min-w-0 rounded-card border bg-surface', className)} {...props} />
)

export const Kbd = ({ className, ...props }: ComponentProps<'kbd'>) => (
  <kbd
    className={cn(
      'inline-flex h-5 min-w-5 items-center justify-center rounded-control border bg-sunken px-1 font-mono text-muted text-sm leading-none',
      className,
    )}
    {...props}
  />
)

type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'idle' | 'accent'
const TONES: Record<Tone, string> = {
  ok: 'bg-ok-soft text-ok',
  busy: 'bg-busy-soft text-busy',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  idle: 'bg-idle-soft text-muted',
  accent: 'bg-accent-soft text-accent',
}

export const Badge = ({ tone = 'idle', className, ...props }: ComponentProps<'span'> & { tone?: Tone }) => (
  <span
    className={cn(
      'inline-flex h-5 shrink-0 items-center gap-1 rounded-control px-1.5 font-medium text-sm [&_svg]:size-3.5',
      TONES[tone],
      className,
    )}
    {...props}
  />
)
