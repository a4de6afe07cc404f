import { describeDirectory } from '../directory.contract.ts'
import { openTemporaryStore } from './temporary-store.fixture.ts'

describeDirectory('sqlite', openTemporaryStore)
