/** What a person without a session may do. Every procedure is rate limited by address inside its verb. */
import { z } from 'zod'
import { email, label, newPassword } from '#server/api/inputs.ts'
import { publicProcedure, router } from '#server/api/trpc.ts'
import type { SignInOptionsView } from '#server/api/views.ts'
import { acceptInvite, resetPassword, setUp, signInOptions } from '#server/auth/index.ts'

const token = z.string().min(1).max(200)

export const authRouter = router({
  /** What the sign-in page may offer. */
  options: publicProcedure.query(({ ctx }): Promise<SignInOptionsView> => signInOptions(ctx.open)),
  setup: publicProcedure
    .input(z.strictObject({ setupToken: token, email, password: newPassword }))
    .mutation(({ ctx, input }): Promise<{ email: string }> => setUp(ctx.open, input)),
  acceptInvite: publicProcedure
    .input(z.strictObject({ token, password: newPassword, name: label }))
    .mutation(({ ctx, input }): Promise<{ email: string }> => acceptInvite(ctx.open, input)),
  resetPassword: publicProcedure
    .input(z.strictObject({ token, password: newPassword }))
    .mutation(({ ctx, input }): Promise<{ email: string }> => resetPassword(ctx.open, input)),
})
