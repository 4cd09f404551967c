'use client'
import { Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { Kbd } from '#components/ui/card.tsx'
import { plural } from '#components/ui/format.ts'
import { Spinner } from '#components/ui/spinner.tsx'

interface SearchBoxProps {
  value: string
  onChange: (value: string) => void
  /** How many there are to search; null while that is not known. */
  count: number | null
  /** The next results are on their way. */
  busy: boolean
}

export function SearchBox({ value, onChange, count, busy }: SearchBoxProps) {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (event.key !== '/' || event.ctrlKey || event.metaKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
        return
      if (target.closest('[role=dialog],[role=menu]')) return
      event.preventDefault()
      box.current?.focus()
      box.current?.select()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  const onEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    onChange('')
    box.current?.blur()
  }
  return (
    <div className="relative w-full sm:w-80">
      <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" aria-hidden />
      <input
        ref={box}
        type="search"
        value={value}
        maxLength={200}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onEscape}
        placeholder={count === null ? 'Search servers…' : `Search ${plural(count, 'server')}…`}
        aria-label="Search servers"
        className="h-9 w-full rounded-control border border-line-strong/60 bg-surface pr-9 pl-9 hover:border-line-strong focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0"
      />
      {busy ? (
        <Spinner className="absolute top-2.5 right-2.5 text-muted" />
      ) : (
        <Kbd className="pointer-events-none absolute top-2 right-2">/</Kbd>
      )}
    </div>
  )
}
