import { describeEmailOperations } from '../email-operations.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeEmailOperations('sqlite', openTemporaryMailStore)
