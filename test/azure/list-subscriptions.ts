// A script as its user writes it: it knows where the service is, and takes its credential from the environment as `@azure/identity` does.
// The first argument is the kind of credential; prints the ids of the subscriptions it may read. Run by environment.test.ts.

import { SubscriptionClient } from '@azure/arm-resources-subscriptions'
import { DefaultAzureCredential, EnvironmentCredential } from '@azure/identity'
import { collect } from './azure-clients.ts'

const options = { disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } }
const credential =
  process.argv[2] === 'environment' ? new EnvironmentCredential(options) : new DefaultAzureCredential(options)
const { subscriptions } = new SubscriptionClient(credential, { endpoint: process.env['AZURE_AUTHORITY_HOST'] ?? '' })
try {
  for (const { subscriptionId } of await collect(subscriptions.list())) process.stdout.write(`${subscriptionId}\n`)
} catch (error) {
  process.stderr.write(`${String(error)}\n`)
  process.exitCode = 1
}
