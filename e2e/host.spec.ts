/** The same click on droplets with a real Docker Engine, a real sshd, and images from a real registry. */
import { missingForHost } from '#local-cloud/host/requirements.ts'
import { clickToCall } from './click-to-call.ts'
import { test } from './test.ts'

const missing = missingForHost()
test.skip(missing !== null, missing ?? '')
test.use({ driver: 'host' })

test('Deploy Now on a droplet with a real Docker Engine ends at a working endpoint', async ({ signedIn }) => {
  await clickToCall(signedIn, { healthyWithinMs: 45_000 })
})
