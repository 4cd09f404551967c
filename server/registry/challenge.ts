/** `WWW-Authenticate`: what a server says about how to sign in. Several challenges may share one header. RFC 9110, 11.6.1. */
export interface Challenge {
  /** In lower case, as are the names of its parameters. */
  scheme: string
  parameters: Map<string, string>
}

const GAP = /[\s,]*/y
const WORD = /[!#$%&'*+.^_`|~\w-]+/y
/** What stands in place of parameters, e.g. after `Negotiate`. */
const TOKEN68 = /[ \t]+[\w\-.~+/]+=*(?=[ \t]*(?:,|$))/y
const VALUE = /[ \t]*=[ \t]*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[!#$%&'*+.^_`|~\w/:?=-]+))/y

/** What can't be read ends the list; what came before it counts. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(header)
    if (found) at = pattern.lastIndex
    return found
  }
  for (;;) {
    take(GAP)
    const [word] = take(WORD) ?? []
    if (word === undefined) return challenges
    const current = challenges.at(-1)
    const value = current && take(VALUE)?.groups
    if (value) {
      const { quoted, plain = '' } = value
      const name = word.toLowerCase()
      // The first one counts: a second is how servers are told apart that read the header differently.
      if (!current.parameters.has(name)) current.parameters.set(name, quoted?.replace(/\\(.)/g, '$1') ?? plain)
    } else {
      challenges.push({ scheme: word.toLowerCase(), parameters: new Map() })
      take(TOKEN68)
    }
  }
}
