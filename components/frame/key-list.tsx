'use client'
import { Kbd } from '#components/ui/card.tsx'
import { Dialog, DialogContent } from '#components/ui/dialog.tsx'
import { type KeyBinding, keyTable } from './keys.ts'
import type { Place } from './places.ts'

interface KeyListProps {
  places: readonly Place[]
  open: boolean
  onOpenChange: (open: boolean) => void
}

export function KeyList({ places, open, onOpenChange }: KeyListProps) {
  const groups = new Map<KeyBinding['group'], KeyBinding[]>()
  for (const row of keyTable(places)) groups.set(row.group, [...(groups.get(row.group) ?? []), row])
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title="Keyboard keys" className="max-w-md">
        {[...groups].map(([group, rows]) => (
          <section key={group} className="grid gap-1">
            <h3 className="text-muted text-sm">{group}</h3>
            <dl>
              {rows.map((row) => (
                <div key={row.label} className="flex h-8 items-center justify-between gap-4 border-b last:border-b-0">
                  <dt>{row.label}</dt>
                  <dd className="flex gap-1">
                    {row.keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </DialogContent>
    </Dialog>
  )
}
