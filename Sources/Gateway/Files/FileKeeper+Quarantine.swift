import CaseMachine
import CaseStore
import Files
import Logging
import Synchronization

/// A file stays in quarantine until the scanner has called it clean. That the scanner is away, or takes no file of that
/// length, is no reason to let one out.
extension FileKeeper {
    /// The file as it is when the scanner has had a few seconds; on it goes by itself.
    func checked(_ record: FileRecord) async -> FileRecord {
        guard record.state == .quarantined else { return record }
        let scan = Task { await self.scan(record) }
        let late = Task { try? await Task.sleep(for: FileWork.promptScan) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await scan.value }
            group.addTask { await late.value }
            await group.next()
            late.cancel()
            group.cancelAll()
        }
        let now = try? await ask { register throws(DirectoryError) in try register.find(record.id) }
        return (now ?? nil) ?? record
    }

    /// Asks the scanner about one file.
    func scan(_ record: FileRecord) async {
        guard begin(record.id) else { return }
        defer { scans.withLock { $0[record.id] = nil } }
        let verdict = await scanning.run { [self] in self.verdict(on: record) }
        guard let verdict = verdict ?? nil else { return }
        do {
            switch verdict {
            case .clean:
                figures.count(.clean)
                try await settle(record, .ready)
            case .found(let what):
                figures.count(.found)
                log.warning("a file was refused by the virus scanner", metadata: ["found": "\(what)"])
                try await settle(record, .refused)
            case .tooLarge:
                figures.count(.tooLarge)
                try await wait(record, .tooLargeToScan)
            case .away(let reason):
                figures.count(.away)
                log.warning("the virus scanner cannot be asked", metadata: ["cause": "\(reason)"])
                try await wait(record, .scannerAway)
            }
        } catch {
            log.error("a file's verdict could not be stored", metadata: ["cause": "\(error.code)"])
        }
    }

    /// False if it is at the scanner's already.
    private func begin(_ id: FileID) -> Bool {
        scans.withLock { scans in
            let now = ContinuousClock.now
            if let since = scans[id], now - since < FileWork.perScan { return false }
            scans[id] = now
            return true
        }
    }

    /// Blocks.
    private func verdict(on record: FileRecord) -> ScanVerdict? {
        guard let scanner, let name = StorageName(bytes: record.storageName),
            let detail = try? register.detail(of: record), let key = FileKey(bytes: detail.key)
        else { return nil }
        do {
            var opener = try FileOpener(name, in: storage, key)
            return try scanner.scan { () throws(FilesError) in try opener.next() }
        } catch {
            log.error("a file in quarantine could not be read", metadata: ["cause": "\(error)"])
            return nil
        }
    }

    private func settle(_ record: FileRecord, _ state: FileState) async throws(APIError) {
        let isSettled = try await ask { register throws(DirectoryError) in try register.settle(record.id, state) }
        if isSettled { try await tell(record.id) }
    }

    private func wait(_ record: FileRecord, _ reason: QuarantineReason) async throws(APIError) {
        guard record.reason != reason else { return }
        try await ask { register throws(DirectoryError) in try register.keepWaiting(record.id, reason) }
        try await tell(record.id)
    }

    private func tell(_ id: FileID) async throws(APIError) {
        guard let record = try await ask({ register throws(DirectoryError) in try register.find(id) }) else { return }
        changed(record)
    }
}
