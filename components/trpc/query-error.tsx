'use client'
import { RotateCw } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { pageError } from './errors.ts'

/** What a failed query shows in place of its data: the reason, what to do, retry. */
export function QueryError({ error, retry }: { error: unknown; retry: () => void }) {
  const { code, message, action } = pageError(error)
  return (
    <Notice
      tone="bad"
      role="alert"
      title={message}
      action={
        <Button size="sm" onClick={() => retry()}>
          <RotateCw /> Try again
        </Button>
      }
    >
      {action} <span className="font-mono text-muted text-sm">{code}</span>
    </Notice>
  )
}
