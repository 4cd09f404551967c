/** The main job, as a person and an agent do it: click, watch, copy, call a tool. Nothing of the app's code. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, type Page } from '@playwright/test'

const STEPS = ['Analyzing', 'Selecting droplet', 'Pulling image', 'Starting container', 'Health check', 'Agent access']
const CLIENTS = ['Claude Code', 'Claude Desktop', 'Cursor', 'VS Code', 'Other clients']

/** @param page signed in, on the marketplace */
export async function clickToCall(page: Page, o: { healthyWithinMs: number }): Promise<void> {
  await page.getByRole('button', { name: 'Deploy Now: Everything', exact: true }).click()
  await page.waitForURL('**/deployments/*', { timeout: o.healthyWithinMs })
  await expect(page.getByText('Healthy', { exact: true }).first()).toBeVisible({ timeout: o.healthyWithinMs })
  const steps = page.getByRole('region', { name: 'Steps' }).getByRole('listitem')
  for (const step of STEPS) await expect(steps.filter({ hasText: step })).toContainText('Done')
  await expect(page.getByRole('tabpanel', { name: /Tools/ }).getByText('echo', { exact: true })).toBeVisible()

  const endpoint = (await page.getByTestId('endpoint').textContent()) ?? ''
  await page.getByRole('button', { name: 'Create token' }).click()
  const dialog = page.getByRole('dialog')
  const token = (await dialog.getByTestId('token').textContent()) ?? ''
  expect(token).toMatch(/^brt_[\w-]{43}$/)
  for (const name of CLIENTS) {
    await dialog.getByRole('tab', { name }).click()
    await expect(dialog.getByTestId('snippet')).toContainText(endpoint)
    // VS Code asks for the token and keeps it itself, which is better than a file that is committed.
    await expect(dialog.getByTestId('snippet')).toContainText(name === 'VS Code' ? 'promptString' : token)
  }

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
  await expect(page.getByText('Healthy', { exact: true }).first()).toBeVisible()
  await expect(page.getByText(token)).toHaveCount(0)
}
