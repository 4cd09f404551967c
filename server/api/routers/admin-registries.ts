import { z } from 'zod'
import { registryHost, secretText } from '#server/api/inputs.ts'
import { adminProcedure, router } from '#server/api/trpc.ts'
import type { RegistryCredentialView } from '#server/api/views-templates.ts'
import { checkCredential, listCredentials, removeCredential, setCredential } from '#server/templates/index.ts'

const one = z.strictObject({ credentialId: z.uuid() })

export const adminRegistriesRouter = router({
  list: adminProcedure.query(({ ctx }): Promise<RegistryCredentialView[]> => listCredentials(ctx.user)),
  set: adminProcedure
    .input(z.strictObject({ registry: registryHost, username: secretText(256), password: secretText(16_384) }))
    .mutation(({ ctx, input }): Promise<RegistryCredentialView> => setCredential(ctx.user, input)),
  remove: adminProcedure.input(one).mutation(({ ctx, input }): Promise<void> => removeCredential(ctx.user, input)),
  check: adminProcedure
    .input(one)
    .mutation(({ ctx, input }): Promise<RegistryCredentialView> => checkCredential(ctx.user, input)),
})
