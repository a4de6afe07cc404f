// The examples of docs/ci.md: the Compose file names what is there and nothing that Compose does not know, and what its containers run
// does what it should: the health check of the image, and the tests. No image is built.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { z } from 'zod'
import { CREDENTIAL_FAULTS, SENDING_FAULTS } from '../../src/resources/fault-kinds.ts'
import { startService } from '../fixtures/quickstart-service.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

const service = await startService({ after })
const { caFile, smtp, https } = service.quickstart

/** What of the Compose specification is used here. */
const hardening = {
  init: z.boolean(),
  read_only: z.boolean(),
  tmpfs: z.array(z.string()),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
}
const compose = z.strictObject({
  services: z.strictObject({
    postern: z.strictObject({
      build: z.strictObject({ context: z.literal('..'), dockerfile: z.string() }),
      volumes: z.array(z.string()),
      ...hardening,
    }),
    tests: z.strictObject({
      image: z.string(),
      network_mode: z.literal('service:postern'),
      depends_on: z.strictObject({ postern: z.strictObject({ condition: z.literal('service_healthy') }) }),
      user: z.string(),
      working_dir: z.string(),
      environment: z.record(z.string(), z.string()),
      volumes: z.array(z.string()),
      command: z.tuple([z.literal('node'), z.string()]),
    }),
  }),
  volumes: z.strictObject({ 'postern-data': z.null() }),
})

test('the page tells of each fault that can be asked for, and of no other', () => {
  const [, table = ''] = read('docs/ci.md').split('| kind |')
  const told = [...table.matchAll(/^\| `([a-z-]+)`/gm)].map(([, kind = '']) => kind)
  assert.deepEqual(told.toSorted(), [...CREDENTIAL_FAULTS, ...SENDING_FAULTS].toSorted())
})

test('the Compose file and the Dockerfile name what is there', () => {
  const { services } = compose.parse(parse(read('deploy/docker-compose.yaml')))
  assert.ok(existsSync(join(ROOT, services.postern.build.dockerfile)))
  assert.ok(existsSync(join(ROOT, 'deploy/ci-example', services.tests.command[1])))
  const lines = [...read('deploy/Dockerfile').matchAll(/^COPY (?!--from=)(.+) \S+$/gm)]
  const copied = new Set(lines.flatMap(([, names = '']) => names.split(' ')))
  assert.deepEqual(
    [...copied],
    ['package.json', 'package-lock.json', 'tsconfig.json', 'src', 'portal', 'tools/build-portal.ts', 'bin'],
  )
  for (const name of copied) {
    assert.ok(existsSync(join(ROOT, name)), name)
    assert.ok(read('.dockerignore').includes(`!${name}\n`), name)
  }
})

test('the health check says whether the service is ready', async () => {
  const [, command = ''] = /^HEALTHCHECK [^\n]*\\\n {2}CMD (\[.*\])$/m.exec(read('deploy/Dockerfile')) ?? []
  const [, ...words] = JSON.parse(command) as string[]
  const check = (port: string | number) =>
    run(process.execPath, words, { env: { ...process.env, POSTERN_HTTPS_PORT: String(port) } })
  await check(new URL(https.url).port)
  await assert.rejects(check(smtp.port))
})

test('the example test passes against a quickstart', async () => {
  const env = { ...process.env, POSTERN_DATA_DIR: service.directory, NODE_EXTRA_CA_CERTS: caFile }
  const { stdout } = await run(process.execPath, [join(ROOT, 'deploy/ci-example/send.mjs')], { env })
  assert.equal(stdout, 'ok\n')
})
