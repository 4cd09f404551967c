/**
 * Finding templates by words. Two looks, each through an index of its own:
 *
 *   as written     tsvector of all texts: every word, stemmed; the last one as a prefix, since a person still types it
 *   spelled alike  trigrams of name, slug, tags and category: only when nothing was found as written; a word may have a
 *                  letter wrong or stand inside another one
 *
 * Words are letters and digits alone, so that nothing a person types is syntax of a query.
 */
import { and, type SQL, sql } from 'drizzle-orm'
import { toolCatalog } from '#db/schema/templates.ts'

/** Nobody searches for more; each is one look into the index. */
const WORDS_MAX = 8

export const wordsOf = (search: string): string[] =>
  (search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, WORDS_MAX)

/** A letter or two begin a word of nearly every description: they are looked for in names alone. */
const PREFIX_MIN = 3

/** Every word in the name (as it is) or in the texts (stemmed). */
export function asWritten(words: string[]): SQL {
  const each = words.map((word, i) => {
    const last = i === words.length - 1
    if (last && word.length < PREFIX_MIN) return sql`to_tsquery('simple', ${`${word}:*A`})`
    const term = last ? `${word}:*` : word
    return sql`(to_tsquery('simple', ${term}) || to_tsquery('english', ${term}))`
  })
  return sql.join(each, sql` && `)
}

/** Every word, give or take a letter, or a part of one. */
export const spelledAlike = (words: string[]): SQL | undefined =>
  and(
    ...words.map((word) => {
      const inside = sql`${toolCatalog.searchText} ilike ${`%${word}%`}`
      // Shorter words have too few trigrams to be like anything.
      return word.length < 4 ? inside : sql`(${word} <% ${toolCatalog.searchText} or ${inside})`
    }),
  )

/** For lists that need no ranking. */
export const containsWords = (search: string): SQL | undefined => {
  const words = wordsOf(search)
  return words.length === 0
    ? undefined
    : and(...words.map((word) => sql`${toolCatalog.searchText} ilike ${`%${word}%`}`))
}
