import { and, eq, isNull } from 'drizzle-orm'
import { cloudAccounts } from '#db/schema/cloud.ts'
import { templateConfig } from '#db/template-config.ts'
import { BerthError } from '#server/errors.ts'
import { repositoryOf } from '../names.ts'
import { resolveVariables } from '../variables.ts'
import type { Step } from './step.ts'

/** Only reads of our own database. */
const DEADLINE_MS = 15_000

/** OCI distribution-spec: `[host[:port]/]path[:tag][@digest]`. */
const REFERENCE =
  /^(?:[a-z0-9.-]+(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/

export const analysis: Step<'analysis'> = {
  name: 'analysis',
  message: 'Reading the template and your settings',
  deadlineMs: () => DEADLINE_MS,
  undo: {},
  async run({ ctx, row, config, variables }) {
    const parsed = templateConfig.safeParse(config)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw new BerthError('INVALID_INPUT', `The template is not valid: ${issue?.path.join('.')} ${issue?.message}`)
    }
    if (!REFERENCE.test(config.image))
      throw new BerthError('IMAGE_NOT_FOUND', 'The image reference of the template is not one that a registry knows.')
    const resolved = resolveVariables(config.environmentVariables, variables())
    const [account] = await ctx.db
      .select({ id: cloudAccounts.id })
      .from(cloudAccounts)
      .where(and(eq(cloudAccounts.userId, row.userId), isNull(cloudAccounts.forgottenAt)))
    if (!account) throw new BerthError('CLOUD_ACCOUNT_MISSING', 'There is no cloud account to deploy to.')
    const count = Object.keys(resolved).length
    const memory = `${Math.round(config.resources.memoryBytes / 2 ** 20)} MB`
    const variablesWords = count === 0 ? '' : count === 1 ? ', 1 variable' : `, ${count} variables`
    return {
      output: {},
      message: `${repositoryOf(config.image)}, ${memory}${variablesWords}`,
    }
  },
}
