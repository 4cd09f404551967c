/** Pure parts of signing in: where to go afterwards, and what a refusal means. */

/** Only a path of this site: an address from the URL must never lead elsewhere. */
export function safeNext(next: string | null | undefined): string {
  if (!next?.startsWith('/') || /^\/[/\\]/.test(next) || /[\n\r\t]/.test(next)) return '/marketplace'
  return next
}

/** The server answers with a code, and the seconds to wait after a colon. */
export function refusalWords(error: string): string {
  const [code, seconds] = error.split(':')
  switch (code) {
    case 'CredentialsSignin':
      return 'The e-mail or the password is wrong. If you forgot it, ask an admin for a reset link.'
    case 'TOO_MANY_ATTEMPTS':
      return `Too many attempts. Try again ${seconds ? `in ${waitWords(Number(seconds))}` : 'later'}.`
    case 'NOT_ALLOWED':
    case 'AccessDenied':
      return 'This account may not sign in here. Ask an admin for an invitation.'
    case 'NOT_FOUND':
      return 'No account here is linked to that one. Sign in with your password and link it in the settings.'
    case 'CONFLICT':
      return 'That account is already linked to another person here.'
    default:
      return 'Signing in did not work. Try again.'
  }
}

const waitWords = (seconds: number): string =>
  seconds < 60 ? `${Math.max(1, Math.ceil(seconds))} s` : `${Math.ceil(seconds / 60)} min`

/** As the server asks: a length, no riddles of signs and digits. */
export const PASSWORD_MIN = 15
