import { openTemporaryMailStore } from '../storage/sqlite/temporary-mail-store.fixture.ts'
import { describeMessageLog } from './message-log.contract.ts'
import { describeSpool } from './spool.contract.ts'

describeSpool('sqlite', openTemporaryMailStore)
describeMessageLog('sqlite', openTemporaryMailStore)
