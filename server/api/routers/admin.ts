import { z } from 'zod'
import { ROLES } from '#db/schema/auth.ts'
import { email } from '#server/api/inputs.ts'
import { adminProcedure, router } from '#server/api/trpc.ts'
import type { InvitationView, OneTimeLinkView, UserView } from '#server/api/views.ts'
import {
  changeRole,
  disableUser,
  enableUser,
  inviteUser,
  listInvitations,
  listUsers,
  resetUser,
  revokeInvitation,
} from '#server/auth/index.ts'
import { adminPlacementRouter } from './admin-placement.ts'
import { adminRegistriesRouter } from './admin-registries.ts'
import { adminTemplatesRouter } from './admin-templates.ts'
import { adminUpstreamRouter } from './admin-upstream.ts'

const one = z.strictObject({ userId: z.uuid() })

export const adminRouter = router({
  templates: adminTemplatesRouter,
  placement: adminPlacementRouter,
  registries: adminRegistriesRouter,
  upstream: adminUpstreamRouter,
  users: router({
    list: adminProcedure.query(({ ctx }): Promise<UserView[]> => listUsers(ctx.user)),
    invite: adminProcedure
      .input(z.strictObject({ email, role: z.enum(ROLES) }))
      .mutation(({ ctx, input }): Promise<OneTimeLinkView> => inviteUser(ctx.user, input)),
    invitations: adminProcedure.query(({ ctx }): Promise<InvitationView[]> => listInvitations(ctx.user)),
    revokeInvitation: adminProcedure
      .input(z.strictObject({ invitationId: z.uuid() }))
      .mutation(({ ctx, input }): Promise<void> => revokeInvitation(ctx.user, input)),
    disable: adminProcedure.input(one).mutation(({ ctx, input }): Promise<void> => disableUser(ctx.user, input)),
    enable: adminProcedure.input(one).mutation(({ ctx, input }): Promise<void> => enableUser(ctx.user, input)),
    reset: adminProcedure.input(one).mutation(({ ctx, input }): Promise<OneTimeLinkView> => resetUser(ctx.user, input)),
    changeRole: adminProcedure
      .input(one.extend({ role: z.enum(ROLES) }))
      .mutation(({ ctx, input }): Promise<void> => changeRole(ctx.user, input)),
  }),
})
