import { describeDirectory } from '../directory.contract.ts'
import { describeDirectoryAdministrators } from '../directory-administrators.contract.ts'
import { describeDirectoryObjects } from '../directory-objects.contract.ts'
import { openTemporaryStore } from './temporary-store.fixture.ts'

describeDirectory('sqlite', openTemporaryStore)
describeDirectoryObjects('sqlite', openTemporaryStore)
describeDirectoryAdministrators('sqlite', openTemporaryStore)
