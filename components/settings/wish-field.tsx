'use client'
import { Ban, Star, X } from 'lucide-react'
import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { NativeSelect } from '#components/ui/input.tsx'
import type { Wish } from './placement-model.ts'

export interface Option {
  value: string
  label: string
  detail?: string
}

interface WishFieldProps {
  label: string
  /** Of one entry: "region". */
  one: string
  options: readonly Option[]
  wishes: Partial<Record<Wish, readonly string[]>>
  onWish: (entry: string, wish: Wish | null) => void
}

const WISHES = [
  { wish: 'prefer', verb: 'Prefer', state: 'Preferred', icon: Star },
  { wish: 'forbid', verb: 'Forbid', state: 'Forbidden', icon: Ban },
] as const

/** Entries that are preferred or forbidden, and a list to add one from; a field that knows one wish offers only that. */
export function WishField({ label, one, options, wishes, onWish }: WishFieldProps) {
  const [picked, setPicked] = useState('')
  const offered = WISHES.filter(({ wish }) => wishes[wish] !== undefined)
  const taken = new Set(offered.flatMap(({ wish }) => wishes[wish] ?? []))
  const nameOf = (value: string) => options.find((option) => option.value === value)?.label ?? value
  const add = (wish: Wish) => {
    if (picked === '') return
    onWish(picked, wish)
    setPicked('')
  }
  return (
    <fieldset className="grid min-w-0 grid-cols-1 gap-2">
      <legend className="mb-1.5 font-medium">{label}</legend>
      {offered.map(({ wish, state, icon: Icon }) => {
        const entries = wishes[wish] ?? []
        if (entries.length === 0) return null
        return (
          <ul key={wish} aria-label={`${state} ${label.toLowerCase()}`} className="flex flex-wrap items-center gap-1.5">
            {entries.map((entry) => (
              <li
                key={entry}
                className="flex h-7 min-w-0 items-center gap-1.5 rounded-control border bg-sunken pl-2 text-sm"
              >
                <Icon className="size-3.5 shrink-0 text-muted" aria-hidden />
                <span className="text-muted">{state}</span>
                <span className="min-w-0 truncate font-mono">{nameOf(entry)}</span>
                <Button
                  tone="ghost"
                  size="icon-sm"
                  className="-my-px"
                  aria-label={`Remove ${nameOf(entry)}`}
                  onClick={() => onWish(entry, null)}
                >
                  <X />
                </Button>
              </li>
            ))}
          </ul>
        )
      })}
      <div className="flex flex-wrap gap-2">
        <NativeSelect
          aria-label={`Add a ${one}`}
          className="h-8 w-auto min-w-0 flex-1 basis-full sm:basis-40"
          value={picked}
          onChange={(event) => setPicked(event.target.value)}
        >
          <option value="">Choose a {one}…</option>
          {options
            .filter(({ value }) => !taken.has(value))
            .map(({ value, label: name, detail }) => (
              <option key={value} value={value}>
                {detail ? `${name}: ${detail}` : name}
              </option>
            ))}
        </NativeSelect>
        {offered.map(({ wish, verb, icon: Icon }) => (
          <Button
            key={wish}
            disabled={picked === ''}
            onClick={() => add(wish)}
            aria-label={`${verb} the chosen ${one}`}
          >
            <Icon /> {verb}
          </Button>
        ))}
      </div>
    </fieldset>
  )
}
