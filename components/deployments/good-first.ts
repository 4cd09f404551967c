/** Which servers an empty page offers. Pure. */
import { askedOf, isDeployable } from '#components/marketplace/card-model.ts'
import type { TemplateCard } from '#server/api/views-templates.ts'

const OFFERED = 3

/** Those that come up without a question: first what is known to run here, then the best known. */
export const goodFirst = (templates: readonly TemplateCard[]): TemplateCard[] =>
  templates
    .filter((template) => isDeployable(template) && askedOf(template).length === 0)
    .sort(
      (a, b) =>
        Number(b.runnable === true) - Number(a.runnable === true) ||
        Number(b.isOfficial) - Number(a.isOfficial) ||
        b.popularity - a.popularity,
    )
    .slice(0, OFFERED)
