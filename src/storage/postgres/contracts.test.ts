// The suites that every store passes, on a real PostgreSQL.

import { describeWholeStore } from '../whole-store.contract.ts'
import { openTemporaryMailStore } from './temporary-store.fixture.ts'

describeWholeStore('postgres', openTemporaryMailStore)
