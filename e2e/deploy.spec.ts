/** The main job, as a person and an agent do it: click, watch, copy, call a tool. Nothing of the app's code. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, test } from './test.ts'

const STEPS = ['Analysis', 'Droplet selection', 'Image pull', 'Container', 'Health check', 'Agent access']

test('Deploy Now ends at an endpoint whose tools a real MCP client lists and calls', async ({ signedIn: page }) => {
  await page.getByRole('button', { name: 'Deploy Now: Everything', exact: true }).click()
  await page.waitForURL('**/deployments/*')
  await expect(page.getByText('Healthy').first()).toBeVisible()
  for (const step of STEPS) await expect(page.getByText(step, { exact: false }).first()).toBeVisible()
  await expect(page.getByText('echo', { exact: true })).toBeVisible()

  await page
    .getByRole('button', { name: /new token|create.*token/i })
    .first()
    .click()
  const token =
    (await page
      .getByText(/^brt_[\w-]{40,}$/)
      .first()
      .textContent()) ?? ''
  const endpoint =
    (await page
      .getByText(/^http.*\/mcp\/[\w-]+$/)
      .first()
      .textContent()) ?? ''
  for (const client of ['Claude Code', 'Claude Desktop', 'Cursor', 'VS Code', 'Generic'])
    await expect(page.getByRole('tab', { name: client })).toBeVisible()

  const client = new Client({ name: 'somebody', version: '1.0.0' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(endpoint), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  )
  const { tools } = await client.listTools()
  expect(tools.map((tool) => tool.name)).toContain('echo')
  const answer = await client.callTool({ name: 'echo', arguments: { message: 'berth' } })
  expect(JSON.stringify(answer.content)).toContain('berth')
  await client.close()

  await page.reload()
  await expect(page.getByText('Healthy').first()).toBeVisible()
  await expect(page.getByText(token)).toHaveCount(0)
})
