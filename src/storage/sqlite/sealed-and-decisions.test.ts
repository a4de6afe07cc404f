import { describeSealedAndDecisions } from '../sealed-and-decisions.contract.ts'
import { openTemporaryStore } from './temporary-store.fixture.ts'

describeSealedAndDecisions('sqlite', openTemporaryStore)
