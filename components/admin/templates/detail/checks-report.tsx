'use client'
import { ChevronRight, Wrench } from 'lucide-react'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { CHECK_GROUP_TITLES, CHECK_STATUS } from '#components/status/template-status.ts'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { formatBytes, formatDuration } from '#components/ui/format.ts'
import type { Check, ValidationFacts } from '#db/template-validation.ts'
import type { FieldChange } from '#server/api/views-templates.ts'
import type { Fixed } from '../editor/use-editor.ts'
import { FieldChanges } from '../field-changes.tsx'
import { checkState, countWords, groupChecks, opensItself } from './checks-model.ts'

interface ChecksReportProps {
  checks: readonly Check[]
  /** Absent: a report to read only. */
  onFix?: ((check: Check) => void) | undefined
  /** What fixes changed in the form already. */
  fixed?: Fixed | undefined
}

/** The checks of one run, group by group; what asks for a person comes open with its evidence and its fix. */
export const ChecksReport = ({ checks, onFix, fixed }: ChecksReportProps) => (
  <div className="divide-y">
    {groupChecks(checks).map(({ group, checks: own, counts }) => (
      <section key={group} aria-label={`Checks: ${CHECK_GROUP_TITLES[group]}`} className="py-2">
        <h3 className="flex items-baseline justify-between gap-3 px-4 py-1">
          <span className="font-medium">{CHECK_GROUP_TITLES[group]}</span>
          <span className="text-muted text-sm">{countWords(counts)}</span>
        </h3>
        <ul>
          {own.map((check) => (
            // Open is where a row begins: a new verdict is a new row.
            <CheckRow
              key={`${check.id}:${checkState(check)}`}
              check={check}
              onFix={onFix}
              changes={fixed?.[check.id]}
            />
          ))}
        </ul>
      </section>
    ))}
  </div>
)

interface CheckRowProps {
  check: Check
  onFix: ChecksReportProps['onFix']
  changes: readonly FieldChange[] | undefined
}

function CheckRow({ check, onFix, changes }: CheckRowProps) {
  const state = checkState(check)
  const status = CHECK_STATUS[state]
  // What passed is one line; its finding is a click away.
  const quiet = state === 'pass'
  const more = quiet || check.evidence.length > 0 || check.fix !== null
  const line = (
    <>
      <StatusIcon status={status} className="mt-0.5" />
      <span className="min-w-0 flex-1">
        <span
          className={cn(
            'block',
            quiet || state === 'waiting' ? '' : 'font-medium',
            state === 'waiting' && 'text-muted',
          )}
        >
          {check.title}
          <span className="sr-only">: {status.label}</span>
        </span>
        {check.summary && !quiet && (
          <span className="block text-muted text-sm [overflow-wrap:anywhere]" title={check.summary}>
            {check.summary}
          </span>
        )}
      </span>
      {check.durationMs !== null && (
        <span className="whitespace-nowrap font-mono text-muted text-sm">{formatDuration(check.durationMs)}</span>
      )}
    </>
  )
  return (
    <li data-check={check.id} data-verdict={state} className={cn(state === 'fail' && 'bg-bad-soft/40')}>
      {more ? (
        <details open={opensItself(check)} className="group">
          <summary className="flex list-none items-start gap-2.5 px-4 py-1.5 hover:bg-hover focus-visible:-outline-offset-2 [&::-webkit-details-marker]:hidden">
            {line}
            <ChevronRight
              className="mt-0.5 size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
              aria-hidden
            />
          </summary>
          <More check={check} onFix={onFix} changes={changes} />
        </details>
      ) : (
        <div className="flex items-start gap-2.5 px-4 py-1.5 pr-10.5">{line}</div>
      )}
    </li>
  )
}

const More = ({ check, onFix, changes }: CheckRowProps) => (
  <div className="grid gap-2 px-4 pb-3 pl-10.5">
    {checkState(check) === 'pass' && <p className="text-muted text-sm [overflow-wrap:anywhere]">{check.summary}</p>}
    {check.evidence.length > 0 && (
      <ul
        aria-label="Evidence"
        className="scroll-thin grid max-h-56 gap-0.5 overflow-auto rounded-control border bg-sunken px-2.5 py-1.5 font-mono text-sm [overflow-wrap:anywhere]"
      >
        {[...new Set(check.evidence)].map((line) => (
          <li key={line} className="whitespace-pre-wrap">
            {line}
          </li>
        ))}
      </ul>
    )}
    {check.fix && (
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="flex min-w-0 flex-1 basis-48 gap-1.5 text-sm">
          <Wrench className="mt-0.5 size-4 shrink-0 text-muted" aria-hidden />
          <span>{check.fix.text}</span>
        </p>
        {onFix && !changes && (check.fix.patch?.length ?? 0) > 0 && (
          <Button size="sm" onClick={() => onFix(check)} aria-label={`Fix it: ${check.title}`}>
            Fix it
          </Button>
        )}
      </div>
    )}
    {changes && (
      <div role="status" className="grid gap-1.5 text-sm">
        <p className="flex gap-1.5 font-medium">
          <StatusIcon status={CHECK_STATUS.pass} className="mt-0.5" />
          {changes.length > 0 ? 'Changed in the form; save to check it again' : 'The form says so already; save it'}
        </p>
        {changes.length > 0 && <FieldChanges changes={changes} className="bg-surface" />}
      </div>
    )}
  </div>
)

/** What the checks saw of the image and the server, for whoever decides. */
export function FactsList({ facts }: { facts: ValidationFacts }) {
  const rows: [string, string | null][] = [
    ['Digest', facts.digest],
    ['Size', facts.compressedBytes === null ? null : sizeWords(facts.compressedBytes, facts.layers)],
    ['Platforms', facts.platforms.join(', ') || null],
    ['Runs as', facts.user],
    ['Ports', facts.exposedPorts.join(', ') || null],
    ['Built', facts.createdAt?.slice(0, 10) ?? null],
    ['Started in', facts.startMs === null ? null : formatDuration(facts.startMs)],
    ['Speaks', facts.protocolVersion && `MCP ${facts.protocolVersion}`],
    ['Tools', facts.tools === null ? null : facts.tools.map((tool) => tool.name).join(', ') || 'none'],
  ]
  const known = rows.filter((row): row is [string, string] => row[1] !== null && row[1] !== '')
  if (known.length === 0) return null
  return (
    <dl className="grid gap-1 px-4 py-3">
      {known.map(([name, value]) => (
        <div key={name} className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-3 text-sm">
          <dt className="text-muted">{name}</dt>
          <dd className="font-mono [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const sizeWords = (bytes: number, layers: number | null): string =>
  `${formatBytes(bytes)} compressed${layers === null ? '' : `, ${layers} ${layers === 1 ? 'layer' : 'layers'}`}`
