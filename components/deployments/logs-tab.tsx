'use client'
import { ArrowDown, Download, Pause, Play, ScrollText } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { CodeBlock } from '#components/ui/code.tsx'
import { CopyButton } from '#components/ui/copy-button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { plural } from '#components/ui/format.ts'
import { NativeSelect } from '#components/ui/input.tsx'
import { SearchInput } from '#components/ui/search-input.tsx'
import { filterLog, type LogFilter, logText, marked, type NumberedLine } from './log-model.ts'
import type { StepModel } from './steps-model.ts'
import { useLogs } from './use-logs.ts'

interface LogsTabProps {
  deploymentId: string
  /** Its last lines stand here when the container itself is gone. */
  failed: StepModel | null
}

export function LogsTab({ deploymentId, failed }: LogsTabProps) {
  const logs = useLogs(deploymentId)
  const [filter, setFilter] = useState<LogFilter>({ search: '', stream: 'all' })
  const shown = useMemo(() => filterLog(logs.lines, filter), [logs.lines, filter])
  const tail = failed?.logTail ?? []
  return (
    <div>
      <LogBar
        filter={filter}
        onFilter={setFilter}
        paused={logs.paused}
        held={logs.held}
        onPause={logs.setPaused}
        text={() => logText(shown)}
        name={deploymentId}
      />
      {logs.lines.length > 0 ? (
        <LogLines lines={shown} search={filter.search} follow={!logs.paused} />
      ) : tail.length > 0 ? (
        <div className="p-4">
          <p className="pb-2 text-muted">The container is gone; these were its last lines.</p>
          <CodeBlock label="Last lines">{tail.join('\n')}</CodeBlock>
        </div>
      ) : (
        <EmptyState icon={ScrollText} title="No lines">
          {logs.ended ?? 'What the container writes appears here as it is written.'}
        </EmptyState>
      )}
      {logs.ended && logs.lines.length > 0 && <p className="border-t px-4 py-2 text-muted text-sm">{logs.ended}</p>}
    </div>
  )
}

interface LogBarProps {
  filter: LogFilter
  onFilter: (filter: LogFilter) => void
  paused: boolean
  held: number
  onPause: (paused: boolean) => void
  text: () => string
  name: string
}

function LogBar({ filter, onFilter, paused, held, onPause, text, name }: LogBarProps) {
  const download = () => {
    const url = URL.createObjectURL(new Blob([text()], { type: 'text/plain' }))
    const link = document.createElement('a')
    link.href = url
    link.download = `${name}.log`
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <div className="flex flex-wrap items-center gap-2 border-b p-2">
      <SearchInput
        className="min-w-40 flex-1"
        inputClassName="text-sm"
        aria-label="Search the log"
        placeholder="Search the log…"
        value={filter.search}
        onChange={(event) => onFilter({ ...filter, search: event.target.value })}
      />
      <NativeSelect
        aria-label="Stream"
        className="h-8 w-auto text-sm"
        value={filter.stream}
        onChange={(event) =>
          onFilter({ ...filter, stream: STREAMS.find((stream) => stream === event.target.value) ?? 'all' })
        }
      >
        <option value="all">Both streams</option>
        <option value="stdout">stdout</option>
        <option value="stderr">stderr</option>
      </NativeSelect>
      <Button onClick={() => onPause(!paused)} aria-pressed={paused}>
        {paused ? <Play /> : <Pause />}
        {paused ? `Resume${held > 0 ? ` (${plural(held, 'line')} held)` : ''}` : 'Pause'}
      </Button>
      <CopyButton value={text} label="Copy the shown lines" size="icon" />
      <Button size="icon" aria-label="Download the shown lines" onClick={download}>
        <Download />
      </Button>
    </div>
  )
}

const STREAMS: readonly LogFilter['stream'][] = ['all', 'stdout', 'stderr']
/** Nearer to the end than this counts as "at the end". */
const END_PX = 24

interface LogLinesProps {
  lines: readonly NumberedLine[]
  search: string
  follow: boolean
}

/** Follows the tail until the reader scrolls up. */
function LogLines({ lines, search, follow }: LogLinesProps) {
  const box = useRef<HTMLDivElement>(null)
  const [atEnd, setAtEnd] = useState(true)
  const last = lines.at(-1)?.id
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight })
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new last line moves the view
  useEffect(() => {
    if (follow && atEnd) toEnd()
  }, [last, follow, atEnd])
  const onScroll = () => {
    const { current } = box
    if (current) setAtEnd(current.scrollHeight - current.scrollTop - current.clientHeight < END_PX)
  }
  return (
    <div className="relative">
      <div
        ref={box}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-label="Lines of the container"
        className="scroll-thin h-[min(60vh,36rem)] overflow-auto bg-sunken py-2 font-mono text-sm focus-visible:-outline-offset-2"
      >
        {lines.map((line) => (
          <Line key={line.id} line={line} search={search} />
        ))}
        {lines.length === 0 && <p className="px-4 py-8 text-center font-sans text-muted">No line matches.</p>}
      </div>
      {!atEnd && (
        <Button className="absolute right-4 bottom-4 shadow-float" onClick={toEnd}>
          <ArrowDown /> Jump to latest
        </Button>
      )}
    </div>
  )
}

const Line = ({ line, search }: { line: NumberedLine; search: string }): ReactNode => (
  <div className="flex gap-3 px-4 [content-visibility:auto] hover:bg-hover">
    <time dateTime={line.at.toISOString()} className="shrink-0 select-none text-muted" suppressHydrationWarning>
      {line.at.toISOString().slice(11, 23)}
    </time>
    <span
      className={cn('w-6 shrink-0 select-none text-muted', line.stream === 'stderr' && 'text-warn')}
      title={line.stream}
    >
      {line.stream === 'stderr' ? 'err' : 'out'}
    </span>
    <span className="min-w-0 whitespace-pre-wrap [overflow-wrap:anywhere]">
      {marked(line.text, search).map((piece, index) =>
        piece.hit ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never move
          <mark key={index} className="rounded-sm bg-warn-soft text-warn">
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}
    </span>
  </div>
)
