/** How far back the pages about past decisions look; the server prefetches the first. */
export const DAYS = [7, 30, 90] as const
export const DAYS_AT_FIRST = 30
