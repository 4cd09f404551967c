import { cva, type VariantProps } from 'class-variance-authority'
import { Slot } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'
import { Spinner } from './spinner.tsx'

export const buttonStyle = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control border font-medium transition-colors duration-150 disabled:cursor-not-allowed disabled:opacity-60 aria-disabled:cursor-not-allowed aria-disabled:opacity-60 [&_svg]:size-4 [&_svg]:shrink-0',
  {
    variants: {
      tone: {
        primary: 'border-transparent bg-accent text-accent-ink enabled:hover:bg-accent-hover',
        plain: 'bg-surface text-ink enabled:hover:bg-hover',
        ghost: 'border-transparent bg-transparent text-muted enabled:hover:bg-hover enabled:hover:text-ink',
        danger: 'border-transparent bg-bad text-paper enabled:hover:opacity-90',
        'danger-plain': 'bg-surface text-bad enabled:hover:bg-bad-soft',
      },
      size: {
        sm: 'h-7 px-2 text-sm',
        base: 'h-8 px-3 text-base',
        lg: 'h-10 px-4 text-base',
        icon: 'size-8 p-0',
        'icon-sm': 'size-7 p-0',
      },
    },
    defaultVariants: { tone: 'plain', size: 'base' },
  },
)

type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof buttonStyle> & {
    asChild?: boolean
    /** Shows a spinner and refuses clicks; the label stays so that the width does not jump. */
    pending?: boolean
  }

export function Button({ className, tone, size, asChild, pending, children, disabled, ...props }: ButtonProps) {
  const style = cn(buttonStyle({ tone, size }), className)
  if (asChild)
    return (
      <Slot.Root className={cn(style, tone === 'primary' ? 'hover:bg-accent-hover' : 'hover:bg-hover')} {...props}>
        {children}
      </Slot.Root>
    )
  return (
    <button type="button" className={style} disabled={disabled || pending} aria-busy={pending || undefined} {...props}>
      {pending && <Spinner />}
      {children}
    </button>
  )
}
