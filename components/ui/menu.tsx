'use client'
import { Check } from 'lucide-react'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from './cn.ts'

export const Menu = Radix.Root
export const MenuTrigger = Radix.Trigger
export const MenuRadioGroup = Radix.RadioGroup

export const MenuContent = ({ className, ...props }: ComponentProps<typeof Radix.Content>) => (
  <Radix.Portal>
    <Radix.Content
      sideOffset={6}
      align="end"
      collisionPadding={8}
      className={cn('scroll-thin z-50 max-h-[70dvh] min-w-48 animate-pop overflow-y-auto rounded-card border bg-raised p-1 shadow-float', className)}
      {...props}
    />
  </Radix.Portal>
)

const item =
  'flex h-8 cursor-pointer select-none items-center gap-2 rounded-control px-2 outline-none data-[highlighted]:bg-hover data-[disabled]:cursor-not-allowed data-[disabled]:opacity-50 [&_svg]:size-4 [&_svg]:text-muted'

export const MenuItem = ({
  className,
  danger,
  ...props
}: ComponentProps<typeof Radix.Item> & { danger?: boolean }) => (
  <Radix.Item
    className={cn(item, danger && 'text-bad data-[highlighted]:bg-bad-soft [&_svg]:text-bad', className)}
    {...props}
  />
)

export const MenuRadioItem = ({ className, children, ...props }: ComponentProps<typeof Radix.RadioItem>) => (
  <Radix.RadioItem className={cn(item, className)} {...props}>
    {children}
    <Radix.ItemIndicator className="ml-auto">
      <Check />
    </Radix.ItemIndicator>
  </Radix.RadioItem>
)

export const MenuLabel = ({ className, ...props }: ComponentProps<typeof Radix.Label>) => (
  <Radix.Label className={cn('px-2 py-1 text-muted text-sm', className)} {...props} />
)

export const MenuSeparator = () => <Radix.Separator className="-mx-1 my-1 h-px bg-line" />
