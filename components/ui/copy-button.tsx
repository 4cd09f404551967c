'use client'
import { Check, Copy } from 'lucide-react'
import { type ComponentProps, useEffect, useState } from 'react'
import { Button } from './button.tsx'

/** How long the tick stays. */
const COPIED_MS = 1600

interface CopyButtonProps extends Omit<ComponentProps<typeof Button>, 'children' | 'value'> {
  value: string | (() => string)
  /** What is copied, for screen readers and as the label: "Copy endpoint". */
  label: string
  showLabel?: boolean
}

export function CopyButton({ value, label, showLabel, size, ...props }: CopyButtonProps) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), COPIED_MS)
    return () => clearTimeout(timer)
  }, [state])
  const copy = async () => setState((await copyText(typeof value === 'function' ? value() : value)) ? 'copied' : 'refused')
  const words = { idle: label, copied: 'Copied', refused: 'Select and copy by hand' }[state]
  return (
    <Button size={size ?? (showLabel ? 'sm' : 'icon-sm')} onClick={copy} aria-label={showLabel ? undefined : words} {...props}>
      {state === 'copied' ? <Check className="text-ok" /> : <Copy />}
      {showLabel && words}
      <span className="sr-only" aria-live="polite">
        {state === 'idle' ? '' : words}
      </span>
    </Button>
  )
}

/** The clipboard API exists only on https and localhost; elsewhere the old command still works. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const area = document.createElement('textarea')
    area.value = text
    area.className = 'sr-only'
    document.body.append(area)
    area.select()
    const done = document.execCommand('copy')
    area.remove()
    return done
  }
}
