'use client'
import { Card } from '#components/ui/card.tsx'
import { AboutSection } from './about-section.tsx'
import { ArgumentsSection } from './arguments-section.tsx'
import { PlacementSection } from './placement-section.tsx'
import { ResourcesSection, VolumesSection } from './resources-section.tsx'
import { SourceSection } from './source-section.tsx'
import { TransportSection } from './transport-section.tsx'
import { VariablesSection } from './variables-section.tsx'

interface EditorProps {
  digest?: string | null
  locked?: number | null
}

const PARTS = [
  ['about', 'What it is'],
  ['source', 'Image'],
  ['transport', 'Transport'],
  ['variables', 'Variables'],
  ['arguments', 'Arguments'],
  ['resources', 'Resources'],
  ['volumes', 'Volumes'],
  ['placement', 'Placement'],
] as const

/** Every field of a template, inside the form that its page holds. */
export const Editor = ({ digest = null, locked = null }: EditorProps) => (
  <Card className="divide-y">
    <nav aria-label="Parts of the template" className="scroll-thin flex gap-1 overflow-x-auto px-3 py-1.5 text-sm">
      {PARTS.map(([id, title]) => (
        <a
          key={id}
          href={`#${id}`}
          className="flex h-7 shrink-0 items-center rounded-control px-2 text-muted hover:bg-hover hover:text-ink"
        >
          {title}
        </a>
      ))}
    </nav>
    <AboutSection />
    <SourceSection digest={digest} locked={locked} />
    <TransportSection />
    <VariablesSection />
    <ArgumentsSection />
    <ResourcesSection />
    <VolumesSection />
    <PlacementSection />
  </Card>
)
