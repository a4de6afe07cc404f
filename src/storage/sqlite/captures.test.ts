import { describeCaptures } from '../captures.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeCaptures('sqlite', openTemporaryMailStore)
