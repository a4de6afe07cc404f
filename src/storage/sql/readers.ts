// What is read of a store with SQL that both engines run: everything.

import { messageLog } from '../../spool/message-log.ts'
import type { Readers } from '../storage.ts'
import { auditReader } from './audit-reader.ts'
import { captureReader } from './captures.ts'
import { credentialReader } from './credential-lives.ts'
import { decisionReader } from './decisions.ts'
import { directoryReader } from './directory-reader.ts'
import { eventReader } from './events.ts'
import { loginLimitReader } from './login-limits.ts'
import { resourceReader } from './resource-reader.ts'
import { roleReader } from './role-reader.ts'
import { sealedReader } from './sealed.ts'
import type { InSql } from './sql.ts'

export const readers: { readonly [Room in keyof Readers]: InSql<Readers[Room]> } = {
  directory: directoryReader,
  resources: resourceReader,
  roles: roleReader,
  sealed: sealedReader,
  decisions: decisionReader,
  audit: auditReader,
  captures: captureReader,
  messages: messageLog,
  loginLimits: loginLimitReader,
  credentials: credentialReader,
  events: eventReader,
}
