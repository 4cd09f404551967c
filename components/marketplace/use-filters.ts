'use client'
import { useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { type Filters, follow, hold, write, writeFilters } from './filters.ts'

/** The filters of this page's address. The server has nothing to say about them: the address changes without a request. */
export function useFilters(): [Filters, (filters: Filters) => void] {
  const query = useSearchParams().toString()
  const [held, setHeld] = useState(() => hold(query))
  if (query !== held.seen) setHeld(follow(held, query))
  const set = (filters: Filters) => {
    setHeld((before) => write(before, filters))
    history.replaceState(null, '', `${location.pathname}${writeFilters(filters)}`)
  }
  return [held.filters, set]
}

/** A value once it has stayed the same for `ms`. */
export function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
