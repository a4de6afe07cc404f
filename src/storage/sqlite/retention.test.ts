import { describeRetention } from '../retention.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeRetention('sqlite', openTemporaryMailStore)
