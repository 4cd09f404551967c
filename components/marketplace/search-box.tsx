'use client'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { plural } from '#components/ui/format.ts'
import { SearchInput } from '#components/ui/search-input.tsx'

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
    <SearchInput
      ref={box}
      className="w-full sm:w-80"
      inputClassName="h-9"
      value={value}
      maxLength={200}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={onEscape}
      placeholder={count === null ? 'Search servers…' : `Search ${plural(count, 'server')}…`}
      aria-label="Search servers"
      hotkey="/"
      busy={busy}
    />
  )
}
