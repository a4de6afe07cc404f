// Postfix, a mail server that nobody here wrote, as the processes of one test: on a free loopback port, everything it keeps in a
// directory that goes with the test. It takes mail for the domains it is given, into one Maildir, and never sends any. Its master
// process wants to be root; no service of the system is touched.

import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cleanup } from '../fixtures/quickstart-service.ts'
import { runClient, runProcess } from './clients/foreign-client.ts'
import { findFreePort } from './knot.ts'

export type Postfix = {
  readonly port: number
  /** What has come, in no order. */
  arrived(): readonly Buffer[]
  /** Everything that it logged. */
  log(): string
  /** Once more of `main.cf`, in force at once. */
  configure(lines: readonly string[]): Promise<void>
}

const PROGRAM = '/usr/sbin/postfix'

/** Why it cannot be run here, or undefined. */
export async function findPostfixProblem(): Promise<string | undefined> {
  if (!existsSync(PROGRAM)) return 'postfix is not installed'
  if (process.getuid?.() !== 0) return 'postfix wants to be started by root'
  return (await runProcess(['id', '-u', 'postfix'])).code === 0 ? undefined : 'there is no user postfix'
}

/** `lines` are added to `main.cf`. Without a place: a free port of 127.0.0.1. */
export async function openPostfix(
  context: Cleanup,
  domains: readonly string[],
  lines: readonly string[] = [],
  place?: { readonly address: string; readonly port: number },
): Promise<Postfix> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-postfix-'))
  const { address, port } = place ?? { address: '127.0.0.1', port: await findFreePort() }
  const [user, group] = [await idOf('-u'), await idOf('-g')]
  // Its processes give up root, and must still come here.
  chmodSync(directory, 0o755)
  for (const [name, owner] of Object.entries({ conf: 0, queue: 0, data: user, mail: user }))
    makeDirectory(join(directory, name), owner, group)
  const configuration = join(directory, 'conf')
  writeFileSync(join(configuration, 'main.cf'), mainConfiguration(directory, domains, { user, group }, lines))
  writeFileSync(join(configuration, 'master.cf'), masterConfiguration(address, port))
  const control = (action: string) => runClient([PROGRAM, '-c', configuration, action])
  let isUp = false
  context.after(async () => {
    if (isUp) await control('stop')
    rmSync(directory, { recursive: true, force: true })
  })
  // Answers when it listens; what it starts belongs to its master and not to this process. Our own service, where it runs in this
  // process too, leaves nothing for others to read, and Postfix would make its directories so.
  const mask = process.umask(0o022)
  const started = control('start')
  process.umask(mask)
  await started
  isUp = true
  return {
    port,
    arrived: () => {
      const inbox = join(directory, 'mail', 'inbox', 'new')
      return existsSync(inbox) ? readdirSync(inbox).map((name) => readFileSync(join(inbox, name))) : []
    },
    log: () => readFileSync(join(directory, 'data', 'log'), 'utf8'),
    async configure(more) {
      writeFileSync(join(configuration, 'main.cf'), `${more.join('\n')}\n`, { flag: 'a' })
      await control('reload')
    },
  }
}

function makeDirectory(path: string, owner: number, group: number): void {
  mkdirSync(path)
  chmodSync(path, 0o755)
  chownSync(path, owner, owner === 0 ? 0 : group)
}

const idOf = async (option: string): Promise<number> => Number(await runClient(['id', option, 'postfix']))

const mainConfiguration = (
  directory: string,
  domains: readonly string[],
  { user, group }: { readonly user: number; readonly group: number },
  lines: readonly string[],
): string => `
compatibility_level = 3.6
queue_directory = ${directory}/queue
data_directory = ${directory}/data
maillog_file = ${directory}/data/log
maillog_file_prefixes = ${directory}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.${domains[0]}
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
smtpd_peername_lookup = no
smtpd_relay_restrictions = reject_unauth_destination
smtputf8_enable = yes
default_transport = error:nothing leaves here
virtual_mailbox_domains = ${domains.join(' ')}
virtual_mailbox_base = ${directory}/mail
virtual_mailbox_maps = static:inbox/
virtual_uid_maps = static:${user}
virtual_gid_maps = static:${group}
${lines.join('\n')}
`

const masterConfiguration = (address: string, port: number): string => `
${address}:${port} inet n - n - - smtpd
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
tlsmgr    unix  - - n 1000? 1 tlsmgr
proxymap  unix  - - n - - proxymap
postlog   unix-dgram n - n - 1 postlogd
`
