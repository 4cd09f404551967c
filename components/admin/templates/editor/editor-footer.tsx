'use client'
import type { ReactNode } from 'react'

interface EditorFooterProps {
  /** What is unsaved, or that nothing is. */
  state: ReactNode
  children: ReactNode
}

/** Stays in sight at the bottom of the editor, however long it is. */
export const EditorFooter = ({ state, children }: EditorFooterProps) => (
  <footer className="sticky bottom-0 z-20 -mx-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-t bg-paper px-4 py-3 sm:-mx-6 sm:px-6 lg:-mx-8 lg:px-8">
    <div className="flex min-w-0 items-center gap-2 text-muted text-sm">{state}</div>
    <div className="flex min-w-0 flex-wrap items-center gap-2 max-sm:w-full max-sm:*:flex-1">{children}</div>
  </footer>
)
