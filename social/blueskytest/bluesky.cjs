'use strict'
// A real Bluesky on this machine, for the tests. It prints one line of JSON when it is up, answers each line of its
// input once everything written so far is known everywhere, and ends with its input.
const readline = require('node:readline')

process.env.LOG_ENABLED ??= 'false'
const whole = process.env.DB_POSTGRES_URL && process.env.REDIS_HOST
const { TestNetwork, TestNetworkNoAppView } = require('@atproto/dev-env')

async function main() {
  const network = whole
    ? await TestNetwork.create({ dbPostgresSchema: 'tillbird', pds: { enableDidDocWithSession: true } })
    : await TestNetworkNoAppView.create({ pds: { enableDidDocWithSession: true } })
  process.stdout.write(JSON.stringify({ pds: network.pds.url, plc: network.plc.url }) + '\n')
  for await (const _ of readline.createInterface({ input: process.stdin })) {
    await network.processAll()
    process.stdout.write('{}\n')
  }
  await network.close()
}

main().then(() => process.exit(0), (error) => {
  process.stderr.write(String(error && error.stack) + '\n')
  process.exit(1)
})
