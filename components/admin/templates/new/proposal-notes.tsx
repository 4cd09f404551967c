import { Checkbox } from '#components/ui/checkbox.tsx'
import type { TemplateProposal } from '#server/api/views-templates.ts'
import { FieldChanges } from '../field-changes.tsx'
import type { Target } from './proposal-model.ts'

/** What was understood how, what was guessed, what was left out. */
export const ProposalNotes = ({ notes }: { notes: TemplateProposal['notes'] }) => (
  <section aria-label="How it was read" className="grid gap-2 p-4">
    <h2 className="font-medium">How it was read</h2>
    {notes.length === 0 ? (
      <p className="text-muted text-sm">Everything was taken over as it stands.</p>
    ) : (
      <ul className="grid gap-2">
        {notes.map((note) => (
          <li key={`${note.path} ${note.text}`} className="grid text-sm">
            <span>{note.text}</span>
            {note.path && <code className="font-mono text-muted [overflow-wrap:anywhere]">{note.path}</code>}
          </li>
        ))}
      </ul>
    )}
  </section>
)

interface PackageChoiceProps {
  choices: TemplateProposal['choices']
  choose: (index: number) => void
}

/** A document may offer several packages; each refused one says why. */
export const PackageChoice = ({ choices, choose }: PackageChoiceProps) => (
  <section aria-label="Other packages" className="grid gap-2 p-4">
    <h2 className="font-medium">It offers other packages too</h2>
    <ul className="grid gap-1">
      {choices.map((choice) => (
        <li key={choice.index} className="grid text-sm">
          {choice.refused === null ? (
            <button
              type="button"
              onClick={() => choose(choice.index)}
              className="justify-self-start rounded-control text-left font-mono text-accent underline-offset-2 hover:underline [overflow-wrap:anywhere]"
            >
              {choice.label}
            </button>
          ) : (
            <>
              <span className="font-mono text-muted [overflow-wrap:anywhere]">{choice.label}</span>
              <span className="text-muted">{choice.refused}</span>
            </>
          )}
        </li>
      ))}
    </ul>
  </section>
)

interface ExistingProps {
  existing: NonNullable<TemplateProposal['existing']>
  target: Target
  onTarget: (target: Target) => void
}

/** There is a template of that name: what a new version of it would change. */
export const Existing = ({ existing, target, onTarget }: ExistingProps) => (
  <section aria-label="What would change" className="grid gap-3 p-4">
    <h2 className="font-medium">There is a template of that name</h2>
    <Checkbox checked={target === 'version'} onChange={(event) => onTarget(event.target.checked ? 'version' : 'new')}>
      Save as version {existing.version + 1} of <span className="font-mono text-sm">{existing.slug}</span>
    </Checkbox>
    {target === 'version' &&
      (existing.changes.length === 0 ? (
        <p className="text-muted text-sm">It says the same as version {existing.version}.</p>
      ) : (
        <>
          <p className="text-muted text-sm">Against version {existing.version}:</p>
          <FieldChanges changes={existing.changes} />
        </>
      ))}
  </section>
)
