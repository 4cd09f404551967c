'use client'
import { DropletBadge } from '#components/status/status-badge.tsx'
import { Card } from '#components/ui/card.tsx'
import { formatBytes, formatMonthly } from '#components/ui/format.ts'
import { Meter } from '#components/ui/meter.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { DropletView } from '#server/api/views.ts'
import { DropletMenu } from './droplet-menu.tsx'
import { EngineNote } from './engine-note.tsx'
import { toBlock } from './fleet-model.ts'
import { HeldBadge } from './hold-note.tsx'

const COLUMNS = ['Name', 'State', 'Region', 'Size', 'Memory', 'Deployments', 'Engine', 'Price', 'Age'] as const

export const DropletsTable = ({ droplets }: { droplets: readonly DropletView[] }) => (
  <Card className="scroll-thin relative overflow-x-auto" tabIndex={0} aria-label="Droplets">
    <table className="w-full whitespace-nowrap text-left">
      <thead className="border-b">
        <tr>
          {COLUMNS.map((column) => (
            <th key={column} scope="col" className="h-9 px-4 font-normal text-muted text-sm">
              {column}
            </th>
          ))}
          <th scope="col" className="w-10">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody className="divide-y">
        {droplets.map((droplet) => (
          <tr key={droplet.id} className="h-11 hover:bg-hover">
            <td className="max-w-56 truncate px-4 font-mono text-sm">{droplet.name}</td>
            <td className="px-4">
              <span className="flex items-center gap-2">
                <DropletBadge state={droplet.state} />
                <HeldBadge droplet={droplet} />
              </span>
            </td>
            <td className="px-4 text-muted">{droplet.region}</td>
            <td className="px-4 font-mono text-muted text-sm">{droplet.size}</td>
            <td className="px-4">
              <div className="flex items-center gap-2">
                <Meter
                  value={droplet.usableMemoryBytes > 0 ? droplet.reservedMemoryBytes / droplet.usableMemoryBytes : 0}
                  label={toBlock(droplet).reservedWords}
                  className="w-20"
                />
                <span className="font-mono text-muted text-sm" title={toBlock(droplet).systemWords}>
                  {formatBytes(droplet.reservedMemoryBytes)} / {formatBytes(droplet.usableMemoryBytes)}
                </span>
              </div>
            </td>
            <td className="px-4 text-muted">{droplet.deployments.length}</td>
            <td className="px-4 text-muted text-sm">
              {droplet.engineVersion && <span className="font-mono">{droplet.engineVersion}</span>}
              <EngineNote lacks={droplet.engineLacks} />
            </td>
            <td className="px-4 font-mono text-muted text-sm">{formatMonthly(droplet.priceMonthlyMicros)}</td>
            <td className="px-4 text-muted text-sm">
              <RelativeTime at={droplet.createdAt} />
            </td>
            <td className="pr-2">
              <DropletMenu droplet={droplet} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Card>
)
