import { describeStatistics } from '../statistics.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeStatistics('sqlite', openTemporaryMailStore)
