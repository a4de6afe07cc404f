import { describeAudit } from '../audit.contract.ts'
import { openTemporaryStore } from './temporary-store.fixture.ts'

describeAudit('SQLite', openTemporaryStore)
