'use client'
import { useState } from 'react'
import { cn } from './cn.ts'
import { CopyButton, copyText } from './copy-button.tsx'
import { formatRelative } from './format.ts'
import { Tooltip } from './tooltip.tsx'
import { useNow } from './use-now.ts'

/** How often "2 min ago" is looked at again. */
const REFRESH_MS = 15_000

/** Relative in the text; UTC, local and unix on hover, each to copy. A click or Enter copies UTC. */
export function RelativeTime({ at, className }: { at: Date; className?: string }) {
  const now = useNow(REFRESH_MS)
  const [copied, setCopied] = useState(false)
  const copy = async () => setCopied(await copyText(at.toISOString()))
  return (
    <Tooltip content={<Exact at={at} />}>
      <button
        type="button"
        onClick={copy}
        onBlur={() => setCopied(false)}
        className={cn('cursor-default whitespace-nowrap rounded-control decoration-dotted underline-offset-2 hover:underline', className)}
      >
        <time dateTime={at.toISOString()} suppressHydrationWarning>
          {formatRelative(at, now)}
        </time>
        {copied && <span className="sr-only">, time copied</span>}
      </button>
    </Tooltip>
  )
}

function Exact({ at }: { at: Date }) {
  const rows = [
    ['UTC', at.toISOString().replace('T', ' ').slice(0, 19)],
    ['Local', at.toLocaleString()],
    ['Unix', String(Math.floor(at.getTime() / 1000))],
  ] as const
  return (
    <dl className="grid grid-cols-[auto_1fr] items-center gap-x-3 gap-y-0.5">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-muted">{name}</dt>
          <dd className="flex items-center justify-between gap-3 font-mono">
            {value}
            <CopyButton tone="ghost" value={value} label={`Copy ${name} time`} />
          </dd>
        </div>
      ))}
    </dl>
  )
}
