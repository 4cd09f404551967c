import { and, eq, isNull } from 'drizzle-orm'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { templateConfig } from '#db/template-config.ts'
import { BerthError } from '#server/errors.ts'
import { parseReference } from '#server/registry/index.ts'
import { refuseUnlessDeployable } from '../gate.ts'
import { repositoryOf } from '../names.ts'
import { resolveVariables } from '../variables.ts'
import type { Step, StepContext } from './step.ts'

/** Reads of our own database, and the checks of a template that nobody has checked for a day. */
const DEADLINE_MS = 45_000
/** What can't be checked by then is not held against the deployment (R20). */
const CHECKS_MS = 20_000

export const analysis: Step<'analysis'> = {
  name: 'analysis',
  message: 'Reading the template and your settings',
  deadlineMs: () => DEADLINE_MS,
  undo: {},
  async run(c) {
    const { ctx, row, config, version, variables } = c
    refuseUnlessDeployable(version, row.purpose)
    const parsed = templateConfig.safeParse(config)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new BerthError('INVALID_INPUT', `The template is not valid: ${issue?.path.join('.')} ${issue?.message}`)
    }
    parseReference(config.image)
    const resolved = resolveVariables(config.environmentVariables, variables())
    const [account] = await ctx.db
      .select({ id: cloudAccounts.id })
      .from(cloudAccounts)
      .where(and(eq(cloudAccounts.userId, row.userId), isNull(cloudAccounts.forgottenAt)))
    if (!account) throw new BerthError('CLOUD_ACCOUNT_MISSING', 'There is no cloud account to deploy to.')
    if (row.purpose === 'serve') await refuseUnlessValid(c)
    const count = Object.keys(resolved).length
    const memory = `${Math.round(config.resources.memoryBytes / 2 ** 20)} MB`
    const variablesWords = count === 0 ? '' : count === 1 ? ', 1 variable' : `, ${count} variables`
    return {
      output: {},
      message: `${repositoryOf(config.image)}, ${memory}${variablesWords}`,
    }
  },
}

/** The template's own checks, repeated when the last are older than a day. @throws TEMPLATE_REFUSED */
async function refuseUnlessValid({ ctx, deps, row, version, signal }: StepContext): Promise<void> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(CHECKS_MS)])
  const checked = await deps
    .ensureValidated(ctx, { versionId: version.id }, { signal: bounded })
    .catch((err: unknown) => {
      signal.throwIfAborted()
      // Where signatures are enforced, what was never looked at may be unsigned; a pinned digest was verified once.
      if (ctx.config.signatures.policy === 'enforce' && version.imageDigest === null)
        throw new BerthError('TEMPLATE_REFUSED', 'Its signature could not be checked in time.', {
          action: 'Try again: signatures are enforced here, and the registry was slow.',
        })
      ctx.log.warn({ err, deployment: row.id }, 'the template could not be checked; it is deployed as it is')
      return null
    })
  if (checked?.verdict !== 'fail') return
  const [failed] = checked.failures
  const summary = failed ? `${failed.title}: ${failed.summary}` : 'Its checks fail.'
  throw new BerthError('TEMPLATE_REFUSED', summary, failed?.fix ? { action: failed.fix.text } : {})
}
