// `node bench/auth-cost.ts [--engine sqlite|postgres|both] [--rounds 10]`: what one login and one MAIL read, through the service's own walk and its
// real ports, in a small directory and in a large one. Directories take turns, and the large one is compared with the small one of the
// same round. TLS, SMTP and the wait before a 535 are not in it: `npm run bench W1` has those.

import { parseArgs } from 'node:util'
import { DEFAULT_REQUIRED_ACTIONS } from '../src/access/check-send.ts'
import { createEmbeddedProvider } from '../src/identity/embedded.ts'
import type { MailStore } from '../src/storage/mail-store.fixture.ts'
import { A, change, communicationService } from '../src/storage/two-tenants.fixture.ts'
import type { SubmissionService } from '../src/submission/submission.ts'
import { evaluateLogin, renewVerdict, type Verdict } from '../src/submission/verdict.ts'
import { type Directory, fillDirectory, loginOf, PEPPER, SECRET, SERVICE } from './auth-cost/directory.ts'
import { median, percentile, spread, table } from './figures.ts'
import { cpuSince, type Engine, enginesOf } from './stores.ts'

const { values } = parseArgs({
  options: { engine: { type: 'string', default: 'both' }, rounds: { type: 'string', default: '10' } },
})
const ROUNDS = Number(values.rounds)
/** Of each kind in one visit. */
const LOGINS = 200

const SMALL: Directory = { applications: 10, assignments: 10 }
const LARGE: Directory = { applications: 10_000, assignments: 100_000 }

/** `active`: how many applications sign in, spread over all; with as many as there are, each finds its pages cold. */
type Situation = { readonly directory: Directory; readonly active: number }
const SITUATIONS: readonly Situation[] = [
  { directory: SMALL, active: 10 },
  { directory: LARGE, active: 10 },
  { directory: LARGE, active: LARGE.applications },
]
const [REFERENCE] = SITUATIONS

const KINDS = [
  'AUTH, resource.application.tenant',
  'AUTH, stored SMTP username',
  'MAIL, nothing changed',
  'MAIL, after a change in the tenant',
] as const
type Kind = (typeof KINDS)[number]

type Place = Situation & { readonly service: SubmissionService }

/** What the walk of a login asks for; the rest of a submission is not reached. */
function serviceOver({ read }: MailStore): SubmissionService {
  const { directory, resources, roles } = read
  const provider = createEmbeddedProvider(directory, PEPPER)
  const parts = { directory, resources, roles, provider, clock: { now: Date.now, after: () => () => {} } }
  return { ...parts, options: { requiredActions: DEFAULT_REQUIRED_ACTIONS } } as unknown as SubmissionService
}

async function openDirectory(engine: Engine, directory: Directory): Promise<MailStore> {
  const store = await engine.open((octets) => fillDirectory(directory, octets))
  await store.write.resources.putResource(change(), communicationService(A, SERVICE))
  return store
}

let count = 0

async function logIn({ service, directory, active }: Place, form: 'parts' | 'alias'): Promise<Verdict> {
  // Steps that visit applications in no order that a cache would like.
  const index = ((count++ * 7919) % active) * (directory.applications / active)
  const username = loginOf(index, form)
  const evaluation = await evaluateLogin(service, { username, clientSecret: SECRET, at: Date.now() })
  if (evaluation.type !== 'granted') throw new Error(`${username}: ${JSON.stringify(evaluation)}`)
  return evaluation.verdict
}

async function renew({ service }: Place, verdict: Verdict): Promise<void> {
  const { type } = await renewVerdict(service, verdict)
  if (type !== 'granted') throw new Error(`a verdict was not renewed: ${type}`)
}

/** What is timed, made ready before. */
async function prepare(place: Place, kind: Kind): Promise<() => Promise<unknown>> {
  switch (kind) {
    case 'AUTH, resource.application.tenant':
      return () => logIn(place, 'parts')
    case 'AUTH, stored SMTP username':
      return () => logIn(place, 'alias')
    case 'MAIL, nothing changed': {
      const verdict = await logIn(place, 'parts')
      return () => renew(place, verdict)
    }
    case 'MAIL, after a change in the tenant': {
      const verdicts = await Promise.all(Array.from({ length: LOGINS }, () => logIn(place, 'parts')))
      return () => renew(place, { ...(verdicts[count++ % LOGINS] as Verdict), epoch: -1 })
    }
  }
}

type Visit = { readonly p50: number; readonly p99: number; readonly client: number; readonly server: number }

async function visit(engine: Engine, place: Place, kind: Kind): Promise<Visit> {
  const work = await prepare(place, kind)
  const times: number[] = []
  const cpu = cpuSince(engine)
  for (let done = 0; done < LOGINS; done += 1) {
    const begin = performance.now()
    await work()
    times.push(performance.now() - begin)
  }
  const { client, server } = cpu()
  return { p50: median(times), p99: percentile(times, 0.99), client: client / LOGINS, server: server / LOGINS }
}

/** Round 0 warms up and is not kept. */
async function measure(engine: Engine): Promise<ReadonlyMap<string, readonly Visit[]>> {
  const stores = new Map<Directory, MailStore>()
  for (const directory of [SMALL, LARGE]) stores.set(directory, await openDirectory(engine, directory))
  const places = SITUATIONS.map((one) => ({ ...one, service: serviceOver(stores.get(one.directory) as MailStore) }))
  const visits = new Map<string, Visit[]>()
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const kind of KINDS)
      for (const place of round % 2 === 0 ? places : places.toReversed()) {
        const one = await visit(engine, place, kind)
        const key = keyOf(kind, place)
        if (round > 0) visits.set(key, [...(visits.get(key) ?? []), one])
      }
  for (const store of stores.values()) await store.close()
  return visits
}

const keyOf = (kind: Kind, { directory, active }: Situation) => `${kind} ${directory.assignments} ${active}`

const HEAD = [
  '',
  'assignments',
  'applications',
  'of which sign in',
  'p50 ms',
  'ratio',
  'p99 ms',
  'our CPU ms',
  'database CPU ms',
  'CPU ratio',
]

function rows(visits: ReadonlyMap<string, readonly Visit[]>): string[][] {
  const cpu = ({ client, server }: Visit) => client + server
  return KINDS.flatMap((kind) => {
    const small = visits.get(keyOf(kind, REFERENCE as Situation)) ?? []
    return SITUATIONS.map((situation) => {
      const these = visits.get(keyOf(kind, situation)) ?? []
      const { assignments, applications } = situation.directory
      const of = (figure: (one: Visit) => number, digits: number) => spread(these.map(figure), digits)
      const ratio = (figure: (one: Visit) => number) =>
        spread(
          these.map((one, round) => figure(one) / figure(small[round] ?? one)),
          2,
        )
      return [
        kind,
        ...[assignments, applications, situation.active].map((size) => size.toLocaleString('en')),
        of(({ p50 }) => p50, 3),
        ratio(({ p50 }) => p50),
        median(these.map(({ p99 }) => p99)).toFixed(2),
        of(({ client }) => client, 3),
        of(({ server }) => server, 3),
        ratio(cpu),
      ]
    })
  })
}

for (const open of enginesOf(values.engine)) {
  const engine = await open()
  const visits = await measure(engine)
  process.stdout.write(`\n${engine.name}\n\n${table([HEAD, ...rows(visits)])}`)
  await engine.close()
}
