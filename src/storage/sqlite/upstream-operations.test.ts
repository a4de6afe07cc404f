import { describeUpstreamOperations } from '../upstream-operations.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeUpstreamOperations('sqlite', openTemporaryMailStore)
