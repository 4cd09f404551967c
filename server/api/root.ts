/** The API's root. Pages and scripts see the type; only `server/runtime.ts` sees the value. */
import { adminRouter } from './routers/admin.ts'
import { authRouter } from './routers/auth.ts'
import { deploymentsRouter } from './routers/deployments.ts'
import { dropletsRouter } from './routers/droplets.ts'
import { liveRouter } from './routers/live.ts'
import { selectionRouter } from './routers/selection.ts'
import { settingsRouter } from './routers/settings.ts'
import { templatesRouter } from './routers/templates.ts'
import { createCallerFactory, router } from './trpc.ts'

export const appRouter = router({
  templates: templatesRouter,
  selection: selectionRouter,
  deployments: deploymentsRouter,
  droplets: dropletsRouter,
  settings: settingsRouter,
  admin: adminRouter,
  auth: authRouter,
  live: liveRouter,
})

export type AppRouter = typeof appRouter
export const createCaller = createCallerFactory(appRouter)
