import { z } from 'zod'
import { type PlacementSettings, placementSettings } from '#db/placement-preferences.ts'
import { label, newPassword } from '#server/api/inputs.ts'
import { router, userProcedure } from '#server/api/trpc.ts'
import type { ApiTokenView, CloudAccountView, MeView, ProfileView, SessionView } from '#server/api/views.ts'
import {
  changePassword,
  createApiToken,
  getMe,
  getProfile,
  listApiTokens,
  listSessions,
  renameSelf,
  revokeApiToken,
  revokeOtherSessions,
  revokeSession,
  signOut,
  unlinkProvider,
} from '#server/auth/index.ts'
import { SCOPES } from '#server/context.ts'
import {
  forgetCloudAccount,
  getCloudAccount,
  getPlacementSettings,
  removeCloudAccount,
  setCloudAccount,
  setPlacementSettings,
} from '#server/fleet/index.ts'

const settings = userProcedure('settings')
/** What a token's owner may ask without a scope for settings: who am I. */
const read = userProcedure('read')

export const settingsRouter = router({
  me: read.query(({ ctx }): Promise<MeView> => getMe(ctx.user)),
  profile: router({
    get: settings.query(({ ctx }): Promise<ProfileView> => getProfile(ctx.user)),
    rename: settings
      .input(z.strictObject({ name: label }))
      .mutation(({ ctx, input }): Promise<void> => renameSelf(ctx.user, input)),
    unlink: settings
      .input(z.strictObject({ provider: z.enum(['github', 'digitalocean']) }))
      .mutation(({ ctx, input }): Promise<void> => unlinkProvider(ctx.user, input)),
  }),
  cloudAccount: router({
    get: settings.query(({ ctx }): Promise<CloudAccountView | null> => getCloudAccount(ctx.user)),
    set: settings
      .input(z.strictObject({ token: z.string().trim().min(1).max(500) }))
      .mutation(({ ctx, input }): Promise<CloudAccountView> => setCloudAccount(ctx.user, input)),
    remove: settings.mutation(({ ctx }): Promise<void> => removeCloudAccount(ctx.user)),
    forget: settings.mutation(({ ctx }): Promise<void> => forgetCloudAccount(ctx.user)),
  }),
  /** How placement decides for this person. */
  placement: router({
    get: settings.query(({ ctx }): Promise<PlacementSettings> => getPlacementSettings(ctx.user)),
    set: settings
      .input(placementSettings)
      .mutation(({ ctx, input }): Promise<PlacementSettings> => setPlacementSettings(ctx.user, input)),
  }),
  apiTokens: router({
    list: settings.query(({ ctx }): Promise<ApiTokenView[]> => listApiTokens(ctx.user)),
    create: settings
      .input(
        z.strictObject({
          name: label,
          scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
          expiresInDays: z.int().min(1).max(3650).optional(),
        }),
      )
      .mutation(({ ctx, input }): Promise<{ token: string; tokenId: string }> => createApiToken(ctx.user, input)),
    revoke: settings
      .input(z.strictObject({ tokenId: z.uuid() }))
      .mutation(({ ctx, input }): Promise<void> => revokeApiToken(ctx.user, input)),
  }),
  sessions: router({
    list: settings.query(({ ctx }): Promise<SessionView[]> => listSessions(ctx.user)),
    revoke: settings
      .input(z.strictObject({ sessionId: z.uuid() }))
      .mutation(({ ctx, input }): Promise<void> => revokeSession(ctx.user, input)),
    revokeOthers: settings.mutation(({ ctx }): Promise<{ revoked: number }> => revokeOtherSessions(ctx.user)),
    /** Ends the session that asks. */
    signOut: settings.mutation(({ ctx }): Promise<void> => signOut(ctx.user)),
  }),
  password: router({
    change: settings
      .input(z.strictObject({ current: z.string().max(256), next: newPassword }))
      .mutation(({ ctx, input }): Promise<{ endedSessions: number }> => changePassword(ctx.user, input)),
  }),
})
