export {
  createApiToken,
  insertApiToken,
  listApiTokens,
  revokeApiToken,
  TOKEN_PREFIX,
  tokenActor,
} from './api-tokens.ts'
export { secureCookies, sessionFrom, sessionSecret } from './cookie.ts'
export { adoptFirstToken } from './first-token.ts'
export { insertLink, isUsable, voidLinks } from './links.ts'
export { insertUser, prepareUser } from './new-user.ts'
export { arriveByOAuth, linkedUser, type OAuthArrival, type Provider } from './oauth.ts'
export { acceptInvite, resetPassword, setUp, signInOptions } from './onboarding.ts'
export { originOf } from './origin.ts'
export { hashPassword } from './password.ts'
export { changePassword, getMe, getProfile, renameSelf, unlinkProvider } from './profile.ts'
export { type AuthEvents, createAuthEvents } from './session-events.ts'
export {
  endSession,
  listSessions,
  openSession,
  revokeOtherSessions,
  revokeSession,
  SESSION_MAX_AGE_S,
  type SessionActor,
  signOut,
} from './sessions.ts'
export { checkPassword } from './sign-in.ts'
export { forgetOldWindows } from './throttle.ts'
export {
  changeRole,
  disableUser,
  enableUser,
  inviteUser,
  listInvitations,
  listUsers,
  resetUser,
  revokeInvitation,
} from './users.ts'
