import CaseMachine
import CaseStore
import Files
import Logging

/// What waits, and what is left over. Each node of a house does it; twice does no harm.
extension FileKeeper {
    func tend() async {
        await askAgain()
        await clean()
    }

    /// Asks the scanner again about what waits for it. One that is away is asked once a round.
    private func askAgain() async {
        guard scanner != nil else { return }
        var last = FileID(0)
        let limit = FileWork.perRound
        while true {
            let after = last
            let waiting = try? await ask { register throws(DirectoryError) in
                try register.quarantined(after: after, limit: limit)
            }
            guard let waiting, let end = waiting.last else { return }
            last = end.id
            for record in waiting {
                let before = figures.number(of: .away)
                await scan(record)
                if figures.number(of: .away) > before { return }
            }
        }
    }

    /// Removes what nobody is to see any more: taken back, never sent, refused, or its case erased.
    func clean() async {
        let (limits, now) = (settings.limits, now())
        _ = try? await ask { register throws(DirectoryError) in try register.giveUp(limits: limits, at: now) }
        while true {
            let left = try? await ask { register throws(DirectoryError) in
                try register.leftovers(limit: FileWork.perRound)
            }
            guard let left, !left.isEmpty else { return }
            let removed = await work.run { [self] in left.count { remove($0) } }
            // What cannot be removed now is tried again in the next round.
            guard let removed, removed == left.count else { return }
        }
    }

    private func remove(_ record: FileRecord) -> Bool {
        guard let name = StorageName(bytes: record.storageName) else { return false }
        do {
            try storage.remove(name)
            try register.contentRemoved(record)
            return true
        } catch {
            log.error("a file's content could not be removed", metadata: ["cause": "\(error)"])
            return false
        }
    }

    // MARK: - How it is

    func watch(_ health: HealthBoard, _ metrics: MetricsRegistry) {
        health.register("files", .comfort) { [weak self] in
            guard let self else { return PartHealth(.failing, "it has ended") }
            let outcome = await questions.run { [storage] in Result { () throws(FilesError) in try storage.check() } }
            guard case .success? = outcome else { return PartHealth(.failing, "files cannot be stored") }
            return .ok
        }
        if let scanner {
            health.register("scanner", .comfort) { [weak self] in
                let outcome = await self?.questions.run { Result { () throws(FilesError) in try scanner.ping() } }
                guard case .success? = outcome ?? nil else {
                    return PartHealth(.failing, "away: files wait until they are checked")
                }
                return .ok
            }
        }
        metrics.register { [weak self] in
            guard let self else { return nil }
            var text = figures.text
            let counts = try? await ask { register throws(DirectoryError) in try register.counts() }
            guard let counts else { return text }
            text.gauges(
                "foyer_files", "Files by state.",
                FileState.allCases.map { (MetricLabels(MetricLabel("state", $0.word)), counts[$0] ?? 0) })
            return text
        }
    }
}

extension FileState {
    enum Word: String, CaseIterable {
        case uploading, quarantined, ready, refused, removed
    }

    /// As clients and operators read it.
    var word: Word {
        switch self {
        case .uploading: .uploading
        case .quarantined: .quarantined
        case .ready: .ready
        case .refused: .refused
        case .removed: .removed
        }
    }
}
