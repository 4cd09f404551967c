/**
 * Goes up with every change that lets `choose` decide otherwise on the same snapshot and request: stored decisions
 * carry it, so that a replay tells a change of weights from a change of rules.
 */
export const POLICY_VERSION = 2
