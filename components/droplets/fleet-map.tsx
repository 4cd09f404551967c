'use client'
import Link from 'next/link'
import { DEPLOYMENT_STATUS, DROPLET_STATUS, TONE_TEXT } from '#components/status/status.ts'
import { DropletBadge, StatusIcon } from '#components/status/status-badge.tsx'
import { Card } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { formatBytes, formatMonthly } from '#components/ui/format.ts'
import type { DropletView } from '#server/api/views.ts'
import { DropletMenu } from './droplet-menu.tsx'
import { EngineNote } from './engine-note.tsx'
import { type Block, toBlock } from './fleet-model.ts'
import { HoldNote } from './hold-note.tsx'

const SPANS: Record<number, string> = {
  1: 'md:col-span-2 xl:col-span-2',
  2: 'md:col-span-3 xl:col-span-3',
  3: 'md:col-span-3 xl:col-span-4',
  4: 'md:col-span-4 xl:col-span-6',
  5: 'md:col-span-6 xl:col-span-8',
  6: 'md:col-span-6 xl:col-span-12',
}

export const FleetMap = ({ droplets }: { droplets: readonly DropletView[] }) => (
  <ul className="grid grid-cols-1 gap-4 md:grid-cols-6 xl:grid-cols-12">
    {droplets.map((droplet) => {
      const block = toBlock(droplet)
      return (
        <li key={droplet.id} className={cn('grid min-w-0', SPANS[Math.max(block.span, 2)])}>
          <BlockCard block={block} />
        </li>
      )
    })}
  </ul>
)

function BlockCard({ block }: { block: Block }) {
  const { droplet } = block
  return (
    <Card className="flex flex-col gap-3 p-4" aria-label={droplet.name}>
      <header className="flex items-start gap-2">
        <div className="grid min-w-0 flex-1 gap-1">
          <h2 className="truncate font-medium font-mono text-sm" title={droplet.name}>
            {droplet.name}
          </h2>
          <div>
            <DropletBadge state={droplet.state} />
          </div>
        </div>
        <DropletMenu droplet={droplet} />
      </header>
      <HoldNote droplet={droplet} />
      <MemoryBar block={block} />
      <ul className="grid grid-cols-1 gap-0.5">
        {droplet.deployments.map((deployment) => {
          const status = DEPLOYMENT_STATUS[deployment.state]
          return (
            <li key={deployment.deploymentId}>
              <Link
                href={`/deployments/${deployment.deploymentId}`}
                className="-mx-1.5 flex h-7 items-center gap-2 rounded-control px-1.5 hover:bg-hover"
                title={status.label}
              >
                <StatusIcon status={status} />
                <span className="truncate">{deployment.name}</span>
                <span className="ml-auto shrink-0 font-mono text-muted text-sm">
                  {formatBytes(deployment.memoryBytes)}
                </span>
              </Link>
            </li>
          )
        })}
        {droplet.deployments.length === 0 && <li className="text-muted">Empty: nothing is reserved here.</li>}
      </ul>
      <EngineNote lacks={droplet.engineLacks} />
      <footer className="mt-auto flex flex-wrap gap-x-3 border-t pt-3 text-muted text-sm">
        <span>{droplet.region}</span>
        <span className="font-mono">{droplet.size}</span>
        <span className="ml-auto font-mono">{formatMonthly(droplet.priceMonthlyMicros)}</span>
      </footer>
    </Card>
  )
}

/** What is reserved is hatched: it is held, not measured. The system's own share is hatched grey, at the end. */
function MemoryBar({ block }: { block: Block }) {
  const { droplet, segments, systemWidth, systemWords, reservedWords, cpuWords } = block
  return (
    <div className="grid gap-1">
      <div
        role="img"
        aria-label={`${droplet.name}: ${reservedWords}, ${systemWords}`}
        className={cn(
          'relative flex h-9 overflow-hidden rounded-control border bg-sunken',
          TONE_TEXT[DROPLET_STATUS[droplet.state].tone],
        )}
      >
        {segments.map((segment) => (
          <div
            key={segment.deploymentId}
            title={segment.label}
            style={{ left: `${segment.from * 100}%`, width: `${segment.width * 100}%` }}
            className="hatch absolute inset-y-0 border-paper border-r-2 bg-accent-soft text-accent/45"
          />
        ))}
        <div
          title={systemWords}
          style={{ width: `${systemWidth * 100}%` }}
          className="hatch absolute inset-y-0 right-0 border-line-strong border-l bg-sunken text-line-strong"
        />
      </div>
      <p className="flex flex-wrap justify-between gap-x-3 text-muted text-sm">
        <span>{reservedWords}</span>
        <span className="flex items-center gap-1.5">
          <span className="hatch size-3 rounded-[3px] border text-line-strong" aria-hidden /> {systemWords}
        </span>
      </p>
      <p className="text-muted text-sm">{cpuWords}</p>
    </div>
  )
}
