import type { ReactNode } from 'react'

interface ChipsProps {
  /** What they choose among, for who can't see them. */
  legend: string
  children: ReactNode
}

/** Choices of which one holds: a row that scrolls on phones, and as many rows as it takes elsewhere. */
export const Chips = ({ legend, children }: ChipsProps) => (
  <fieldset className="scroll-thin -mx-1 flex min-w-0 gap-1 overflow-x-auto p-1 md:flex-wrap md:overflow-visible">
    <legend className="sr-only">{legend}</legend>
    {children}
  </fieldset>
)

interface ChipProps {
  pressed: boolean
  onPress: () => void
  /** How many it shows; left out while that is not known. */
  count?: number | undefined
  children: ReactNode
}

export const Chip = ({ pressed, onPress, count, children }: ChipProps) => (
  <button
    type="button"
    aria-pressed={pressed}
    onClick={onPress}
    className="flex h-8 shrink-0 items-center gap-1.5 rounded-control border border-transparent px-2.5 text-muted transition-colors hover:bg-hover hover:text-ink aria-pressed:border-line aria-pressed:bg-surface aria-pressed:font-medium aria-pressed:text-ink"
  >
    {children} {count !== undefined && <span className="font-normal text-muted text-sm">{count}</span>}
  </button>
)
