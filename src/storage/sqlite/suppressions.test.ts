import { describeSuppressions } from '../suppressions.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeSuppressions('sqlite', openTemporaryMailStore)
