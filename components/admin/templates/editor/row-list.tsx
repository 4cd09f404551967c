import { Fragment, type ReactNode } from 'react'
import { cn } from '#components/ui/cn.ts'

/** Where a row of a list stands, and what moves and removes it. */
export interface RowPlace {
  index: number
  count: number
  move: (from: number, to: number) => void
  remove: (index: number) => void
}

interface RowListProps {
  /** As `useFieldArray` gives it. */
  list: { fields: readonly { id: string }[] } & Pick<RowPlace, 'move' | 'remove'>
  /** One `<li>`. */
  row: (place: RowPlace) => ReactNode
  className?: string
}

/** The rows of a list in their order; an empty list takes no room. */
export const RowList = ({ list: { fields, move, remove }, row, className }: RowListProps) => (
  <ol className={cn('grid gap-2 empty:hidden', className)}>
    {fields.map(({ id }, index) => (
      <Fragment key={id}>{row({ index, count: fields.length, move, remove })}</Fragment>
    ))}
  </ol>
)
