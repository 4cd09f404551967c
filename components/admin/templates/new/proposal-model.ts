/** What saving a proposal means: a template of its own, or the next version of one that exists. Pure. */
import type { TemplateProposal } from '#server/api/views-templates.ts'

export type Target = 'new' | 'version'

export const firstTarget = (proposal: TemplateProposal): Target => (proposal.existing ? 'version' : 'new')

export const targetWords = (target: Target, proposal: TemplateProposal): string =>
  target === 'version' && proposal.existing
    ? `Save as version ${proposal.existing.version + 1} of ${proposal.existing.slug}`
    : 'Save and check it'

/** As the server takes it. */
const SLUG = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/

export const slugWrong = (slug: string): string | undefined =>
  SLUG.test(slug) ? undefined : 'Use lower-case letters, digits and -, at most 64.'

/** A name of its own where the proposal's is taken. */
export const freshSlug = (proposal: TemplateProposal): string =>
  proposal.existing?.slug === proposal.slug ? `${proposal.slug.slice(0, 62)}-2` : proposal.slug
