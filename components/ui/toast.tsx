'use client'
import { CircleCheck, CircleX, X } from 'lucide-react'
import { Toast as Radix } from 'radix-ui'
import { useSyncExternalStore } from 'react'
import { Button } from './button.tsx'

interface Note {
  id: number
  tone: 'ok' | 'bad'
  title: string
  detail?: string | undefined
}

/** Older notes leave when more than this many stand. */
const NOTES_MAX = 4
const STAY_MS = { ok: 4000, bad: 9000 }
let notes: Note[] = []
let lastId = 0
const listeners = new Set<() => void>()
const set = (next: Note[]) => {
  notes = next
  for (const each of listeners) each()
}
const add = (tone: Note['tone']) => (title: string, detail?: string) => {
  lastId += 1
  set([...notes, { id: lastId, tone, title, detail }].slice(-NOTES_MAX))
}
/** Says that something happened; never the only place where it can be read. */
export const toast = { ok: add('ok'), bad: add('bad') }

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
const NONE: Note[] = []

export function Toaster() {
  const shown = useSyncExternalStore(subscribe, () => notes, () => NONE)
  return (
    <Radix.Provider swipeDirection="right" label="Notification">
      {shown.map((note) => (
        <Radix.Root
          key={note.id}
          duration={STAY_MS[note.tone]}
          onOpenChange={(open) => !open && set(notes.filter((each) => each.id !== note.id))}
          className="flex w-full animate-pop items-start gap-3 rounded-card border bg-raised p-3 shadow-float"
        >
          {note.tone === 'ok' ? (
            <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden />
          ) : (
            <CircleX className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
          )}
          <div className="min-w-0 flex-1">
            <Radix.Title className="font-medium">{note.title}</Radix.Title>
            {note.detail && <Radix.Description className="text-muted [overflow-wrap:anywhere]">{note.detail}</Radix.Description>}
          </div>
          <Radix.Close asChild>
            <Button tone="ghost" size="icon-sm" className="-m-1" aria-label="Dismiss">
              <X />
            </Button>
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="fixed right-4 bottom-4 z-60 grid w-[calc(100vw-32px)] max-w-sm gap-2 outline-none" />
    </Radix.Provider>
  )
}
