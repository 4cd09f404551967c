'use client'
import { ArrowDown, ArrowUp, Trash2 } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import type { RowPlace } from './row-list.tsx'

interface RowActsProps extends RowPlace {
  /** What the row is called: "API_KEY". */
  of: string
  className?: string
}

/** Up, down and away, by mouse and keyboard alike. */
export const RowActs = ({ of, index, count, move, remove, className }: RowActsProps) => (
  <span className={cn('flex shrink-0', className)}>
    <Button
      tone="ghost"
      size="icon-sm"
      aria-label={`Move ${of} up`}
      disabled={index === 0}
      onClick={() => move(index, index - 1)}
    >
      <ArrowUp />
    </Button>
    <Button
      tone="ghost"
      size="icon-sm"
      aria-label={`Move ${of} down`}
      disabled={index === count - 1}
      onClick={() => move(index, index + 1)}
    >
      <ArrowDown />
    </Button>
    <Button tone="ghost" size="icon-sm" aria-label={`Remove ${of}`} onClick={() => remove(index)}>
      <Trash2 />
    </Button>
  </span>
)
