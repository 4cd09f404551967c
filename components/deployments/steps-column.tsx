'use client'
import { ChevronRight } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { DEPLOYMENT_STATUS, STEP_STATUS } from '#components/status/status.ts'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { Card } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { CodeBlock } from '#components/ui/code.tsx'
import { formatBytes, formatDuration } from '#components/ui/format.ts'
import { Meter } from '#components/ui/meter.tsx'
import { useNow } from '#components/ui/use-now.ts'
import { type Progress, type StepModel, stepDuration, stepFraction } from './steps-model.ts'

/** How often a running step's duration is drawn. */
const TICK_MS = 100

export function StepsColumn({ progress }: { progress: Progress }) {
  const { steps, attempt } = progress
  const done = steps.filter((step) => step.status === 'succeeded').length
  return (
    <Card aria-label="Steps" className="lg:sticky lg:top-18">
      <header className="flex h-10 items-center justify-between border-b px-4">
        <h2 className="font-medium">Steps{attempt > 1 ? ` of attempt ${attempt}` : ''}</h2>
        <span className="text-muted text-sm">
          {done} of {steps.length}
        </span>
      </header>
      <ol className="grid p-2">
        {steps.map((step, index) => (
          <StepRow key={step.id} step={step} last={index === steps.length - 1} />
        ))}
      </ol>
    </Card>
  )
}

function StepRow({ step, last }: { step: StepModel; last: boolean }) {
  // A step that was cancelled ended as asked: it is no failure.
  const cancelled = step.error?.code === 'CANCELLED'
  const status = cancelled ? DEPLOYMENT_STATUS.cancelled : STEP_STATUS[step.status]
  const quiet = step.status === 'pending' || step.status === 'skipped'
  const row = useRef<HTMLLIElement>(null)
  const failed = step.status === 'failed' && !cancelled
  useEffect(() => {
    if (failed) row.current?.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
  }, [failed])
  return (
    <li ref={row} className="relative flex gap-3 px-2 py-2" data-step={step.id} data-status={step.status}>
      {!last && <span aria-hidden className="absolute top-8 bottom-0 left-[15px] w-px translate-y-1 bg-line" />}
      <StatusIcon status={status} className="mt-0.5" />
      <div className="grid min-w-0 flex-1 gap-0.5">
        <div className="flex items-baseline justify-between gap-3">
          <span className={cn('font-medium', quiet && 'font-normal text-muted')}>
            {step.title}
            <span className="sr-only">: {status.label}</span>
          </span>
          <Duration step={step} />
        </div>
        {!quiet && (
          <p className={cn('text-sm [overflow-wrap:anywhere]', failed ? 'text-bad' : 'text-muted')}>{step.sentence}</p>
        )}
        <Amount step={step} />
        {failed && step.logTail.length > 0 && <LogTail lines={step.logTail} />}
      </div>
    </li>
  )
}

function Duration({ step }: { step: StepModel }) {
  const now = useNow(step.status === 'running' ? TICK_MS : 0)
  const ms = stepDuration(step, now)
  if (ms === null) return <span className="text-muted text-sm">{step.status === 'skipped' ? 'skipped' : ''}</span>
  return (
    <span className="whitespace-nowrap font-mono text-muted text-sm" suppressHydrationWarning>
      {step.status === 'undone' && 'undone, '}
      {formatDuration(ms)}
    </span>
  )
}

function Amount({ step }: { step: StepModel }) {
  const { progress } = step
  if (!progress || step.status !== 'running') return null
  const show = progress.unit === 'bytes' ? formatBytes : (amount: number) => `${amount}`
  const words = `${show(progress.current)}${progress.total ? ` of ${show(progress.total)}` : ''}${progress.unit === 'layers' ? ' layers' : ''}`
  const fraction = stepFraction(step)
  return (
    <div className="grid gap-1 pt-1">
      {fraction !== null && <Meter value={fraction} label={words} className="h-1" barClassName="fill-busy" />}
      <p className="font-mono text-muted text-sm">{words}</p>
    </div>
  )
}

/** Opens by itself on the failed step. */
const LogTail = ({ lines }: { lines: string[] }) => (
  <details open className="group mt-1 min-w-0">
    <summary className="flex items-center gap-1 rounded-control text-muted text-sm">
      <ChevronRight className="size-3.5 transition-transform group-open:rotate-90" aria-hidden />
      Last log lines
    </summary>
    <CodeBlock label="Last log lines" className="mt-1 max-h-48 p-2">
      {lines.join('\n')}
    </CodeBlock>
  </details>
)
