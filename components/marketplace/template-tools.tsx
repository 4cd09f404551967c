import { ToolList } from '#components/deployments/tool-list.tsx'
import type { TemplateView } from '#server/api/views-templates.ts'
import { FoldedSection, Section } from './template-section.tsx'

/** What it can do, as the server itself said when it last ran. */
export const TemplateTools = ({ tools }: { tools: TemplateView['tools'] }) =>
  tools === null ? (
    <Section title="Tools">
      <p className="px-4 py-3 text-muted">
        Not seen yet. Berth lists them from the server itself, when it is tried or deployed for the first time.
      </p>
    </Section>
  ) : (
    <FoldedSection title="Tools" count={tools.length} aside="as listed when it last ran" open>
      <div className="scroll-thin max-h-120 overflow-y-auto">
        <ToolList tools={tools} />
      </div>
    </FoldedSection>
  )
