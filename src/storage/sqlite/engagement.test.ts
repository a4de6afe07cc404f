import { describeEngagement } from '../engagement.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeEngagement('sqlite', openTemporaryMailStore)
