/** The few best of many, in order, without sorting them all. */

/** @param before whether a ranks before b; a total order, so that the order of arrival changes nothing */
export function best<T>(max: number, before: (a: T, b: T) => boolean) {
  const kept: T[] = []
  return {
    offer(item: T): void {
      const last = kept[max - 1]
      if (last !== undefined && !before(item, last)) return
      let at = kept.length
      while (at > 0 && before(item, kept[at - 1] as T)) at--
      kept.splice(at, 0, item)
      if (kept.length > max) kept.pop()
    },
    kept,
  }
}
