import { Search } from 'lucide-react'
import type { ComponentProps } from 'react'
import { Kbd } from './card.tsx'
import { cn } from './cn.ts'
import { Input } from './input.tsx'
import { Spinner } from './spinner.tsx'

interface SearchInputProps extends Omit<ComponentProps<'input'>, 'type' | 'value'> {
  /** What it searches: "Search templates". */
  'aria-label': string
  value: string
  /** The key that leads here, shown while nothing is typed and where there is a keyboard. */
  hotkey?: string
  /** The next results are on their way. */
  busy?: boolean
  inputClassName?: string
}

/** `className` is of the box with its lens; `inputClassName` of the field inside. */
export const SearchInput = ({ hotkey, busy, className, inputClassName, ...props }: SearchInputProps) => (
  <div className={cn('relative', className)}>
    <Search className="pointer-events-none absolute inset-y-0 left-2.5 my-auto size-4 text-muted" aria-hidden />
    <Input type="search" className={cn('h-8 pl-8', (hotkey || busy) && 'pr-8', inputClassName)} {...props} />
    {busy ? (
      <Spinner className="absolute inset-y-0 right-2.5 my-auto h-4 text-muted" />
    ) : (
      hotkey &&
      props.value === '' && (
        <Kbd className="pointer-events-none absolute inset-y-0 right-1.5 my-auto hidden pointer-fine:inline-flex">
          {hotkey}
        </Kbd>
      )
    )}
  </div>
)
