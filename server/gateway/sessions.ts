/**
 * The sessions that this process holds, whatever is behind them. Clients abandon nearly all of theirs, so each has an
 * idle deadline and each deployment a bound; what is put away comes back with its next call (see session-ids.ts).
 */
export interface LiveSession {
  readonly id: string
  readonly deploymentId: string
  readonly tokenId: string
  /** Clock milliseconds of the last call. */
  lastUsedAt: number
  /** Calls without an answer yet. */
  readonly calls: number
  /** The client holds the session's own stream open. */
  readonly streaming: boolean
  /** Costs the container something (a process, a session of its own). */
  readonly costly: boolean
  /** Gives back what it costs; the next call starts it anew. */
  park(): Promise<void>
  /** Ends calls and streams, then parks. */
  end(): Promise<void>
}

export interface SessionStore<S extends LiveSession> {
  get(id: string): S | undefined
  add(session: S): void
  remove(session: S): void
  /** Parks the least recently used idle sessions until one more fits. @returns when it fits, or null: all are busy */
  makeRoom(deploymentId: string, max: number): Promise<void> | null
  /** Forgets the least recently used of those that cost the container nothing and are silent, down to `max` in all. */
  trim(deploymentId: string, max: number): void
  /** Parks every session past its idle deadline. */
  sweep(): Promise<void>
  endWhere(condition: (session: S) => boolean): Promise<void>
  all(): Iterable<S>
  count(deploymentId?: string): number
}

export function createSessionStore<S extends LiveSession>(o: { now: () => number; idleMs: number }): SessionStore<S> {
  const sessions = new Map<string, S>()
  const idle = (s: S) => s.calls === 0
  const forget = (s: S) => {
    if (sessions.get(s.id) !== s || !idle(s) || s.streaming || s.costly) return
    sessions.delete(s.id)
    void s.park()
  }
  return {
    get: (id) => sessions.get(id),
    add: (session) => void sessions.set(session.id, session),
    remove: (session) => {
      if (sessions.get(session.id) === session) sessions.delete(session.id)
    },
    makeRoom(deploymentId, max) {
      const costly = [...sessions.values()].filter((s) => s.deploymentId === deploymentId && s.costly)
      // Without a stream first: nobody listens there.
      const candidates = costly
        .filter(idle)
        .sort((a, b) => Number(a.streaming) - Number(b.streaming) || a.lastUsedAt - b.lastUsedAt)
      const excess = Math.max(0, costly.length + 1 - max)
      if (candidates.length < excess) return null
      const parked = candidates.slice(0, excess).map((session) => session.park().then(() => forget(session)))
      return Promise.all(parked).then(() => {})
    },
    trim(deploymentId, max) {
      const own = [...sessions.values()].filter((s) => s.deploymentId === deploymentId)
      if (own.length <= max) return
      const silent = own.filter((s) => idle(s) && !s.streaming && !s.costly).sort((a, b) => a.lastUsedAt - b.lastUsedAt)
      for (const session of silent.slice(0, own.length - max)) forget(session)
    },
    async sweep() {
      const deadline = o.now() - o.idleMs
      const due = [...sessions.values()].filter((s) => idle(s) && s.lastUsedAt <= deadline)
      await Promise.all(due.filter((s) => s.costly).map((s) => s.park()))
      for (const session of due) forget(session)
    },
    async endWhere(condition) {
      const matching = [...sessions.values()].filter(condition)
      for (const session of matching) sessions.delete(session.id)
      await Promise.all(matching.map((s) => s.end()))
    },
    all: () => sessions.values(),
    count: (deploymentId) =>
      deploymentId === undefined
        ? sessions.size
        : [...sessions.values()].filter((s) => s.deploymentId === deploymentId).length,
  }
}
