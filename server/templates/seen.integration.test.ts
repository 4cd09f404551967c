import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deployments } from '#db/schema/deployments.ts'
import type { TemplateCard, TemplateView } from '#server/api/views-templates.ts'
import { plant } from '#server/testing/plant.ts'
import { type Stack, testStack } from '#server/testing/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await testStack()
})
afterAll(() => stack.end())

test('R7: what a person’s server calls its tools is not told to another', async () => {
  const [owner, other] = [await stack.person(), await stack.person()]
  const { templateSlug: slug, deploymentId } = await plant(stack, owner.userId)
  const tools = [{ name: 'query', description: 'Tables: canary_salaries' }]
  await stack.db.update(deployments).set({ tools }).where(eq(deployments.id, deploymentId))
  const told = async (person: typeof owner) => {
    const page = await stack.call('templates.get', { slug }, { cookie: person.cookie })
    const list = await stack.call('templates.list', {}, { cookie: person.cookie })
    const cards = list.data as TemplateCard[]
    return [(page.data as TemplateView).tools, cards.find((card) => card.slug === slug)?.toolsCount]
  }
  expect(await told(owner)).toEqual([tools, 1])
  expect(await told(other)).toEqual([null, null])
})
