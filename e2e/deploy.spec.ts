import { clickToCall } from './click-to-call.ts'
import { test } from './test.ts'

test('Deploy Now ends at an endpoint whose tools a real MCP client lists and calls', async ({ signedIn }) => {
  await clickToCall(signedIn, { healthyWithinMs: 20_000 })
})
