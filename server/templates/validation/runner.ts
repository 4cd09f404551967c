/** The image that a package runs in is the operator's choice, not the template's: an admin has nothing to mend there. */
import type { TemplateConfig } from '#db/template-config.ts'
import type { Config } from '#server/config.ts'
import { pass } from './checks.ts'

/** Exactly the one that is set: any other image beside a package is the template's own. */
export const isOperatorsRunner = ({ image, package: source }: TemplateConfig, { node, python }: Config['runners']) =>
  source !== undefined && (source.registryType === 'npm' ? node : python).image === image

export const operatorsRunner = () => pass('This is the operator’s runner image, run by digest.')
