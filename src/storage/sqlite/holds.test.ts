import { describeHolds } from '../holds.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeHolds('sqlite', openTemporaryMailStore)
