'use client'
import { useEffect, useEffectEvent } from 'react'

/** What a row's link carries, so that keys find the rows in the order they stand in. */
export const ROW_LINK = 'data-row-link'

const STEPS: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }

interface ListKeys {
  onSearch: () => void
  onToggle: (slug: string) => void
  onClear: () => void
}

/** `/` searches, arrows or j and k walk the rows, x selects, Escape clears; Enter opens, as the row is a link. */
export function useListKeys({ onSearch, onToggle, onClear }: ListKeys): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target as HTMLElement
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && (target as HTMLInputElement).type !== 'checkbox') return
    if (target.closest('[role=dialog],[role=menu],[role=tablist]')) return
    const act = actOf(event.key, target, { onSearch, onToggle, onClear })
    if (!act) return
    event.preventDefault()
    act()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event)
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [])
}

function actOf(key: string, target: HTMLElement, keys: ListKeys): (() => void) | null {
  if (key === '/') return keys.onSearch
  if (key === 'Escape') return keys.onClear
  const links = [...document.querySelectorAll<HTMLElement>(`[${ROW_LINK}]`)]
  const row = target.closest('tr')
  const at = row ? links.findIndex((link) => row.contains(link)) : -1
  if (key === 'x' && at >= 0) {
    const slug = links[at]?.getAttribute(ROW_LINK)
    return slug ? () => keys.onToggle(slug) : null
  }
  const step = STEPS[key]
  if (step === undefined || links.length === 0) return null
  const next = at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))
  return () => {
    links[next]?.focus()
    links[next]?.scrollIntoView({ block: 'nearest' })
  }
}
