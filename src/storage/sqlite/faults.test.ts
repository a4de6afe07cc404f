import { describeFaults } from '../faults.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeFaults('sqlite', openTemporaryMailStore)
