import { describeEvents } from '../events.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeEvents('sqlite', openTemporaryMailStore)
