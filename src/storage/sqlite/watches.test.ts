import { describeWatches } from '../watches.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeWatches('sqlite', openTemporaryMailStore)
