package import CaseMachine

/// The rows of files: which there are, whose they are, who may see them, and how far each is.
///
/// Calls block, and may come from any thread. States only move on (uploading, quarantined, ready; refused and removed are
/// ends), so that two nodes that do the same do no harm.
package struct FileRegister: Sendable {
    let directory: Directory

    package init(_ directory: Directory) { self.directory = directory }

    // MARK: - Uploading

    /// Takes the place of a file that is about to arrive: from here on its bytes count.
    package func reserve(
        in id: CaseID, of organisation: OrganisationID, by uploader: FileUploader, byteCount: Int64,
        storageName: [UInt8], limits: FileLimits, at now: Timestamp
    ) throws(DirectoryError) -> Result<FileRecord, FileLimitPassed> {
        let publicID = try directory.settings.randomness.publicID()
        return try directory.write { db in
            if let passed = try passed(limits, id, uploader, byteCount, db) { return .success(.failure(passed)) }
            let person = uploader.columns
            let number = try db.insert(
                """
                INSERT INTO sharedFile (publicID, organisation, caseID, uploaderKind, uploader, state, reason, audience,
                    byteCount, storageName, detail, createdAt)
                VALUES (?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?) RETURNING id
                """,
                [
                    publicID.column, .integer(organisation.value), .integer(id.value), .integer(person.kind),
                    .integer(person.id), .integer(byteCount), .blob(storageName), .blob([]),
                    .integer(now.milliseconds),
                ])
            guard let record = try find("id = ?", [.integer(number)], db).first else {
                throw StoreError.fatal("a file's row is not there that was just written")
            }
            return .success(.success(record))
        }
    }

    private func passed(
        _ limits: FileLimits, _ id: CaseID, _ uploader: FileUploader, _ byteCount: Int64, _ db: any SQLSession
    ) throws -> FileLimitPassed? {
        let ofCase = try total("caseID = ? AND state < 3", [.integer(id.value)], db)
        guard ofCase.bytes + byteCount <= limits.caseBytes else { return .caseBytes(limits.caseBytes) }
        guard ofCase.count < limits.caseFiles else { return .caseFiles(limits.caseFiles) }
        let person = uploader.columns
        let who: [SQLValue] = [.integer(person.kind), .integer(person.id)]
        let unsent = try total("uploaderKind = ? AND uploader = ? AND state < 3 AND audience = 0", who, db)
        guard unsent.count < limits.unsentFiles else { return .unsentFiles(limits.unsentFiles) }
        guard case .guest = uploader else { return nil }
        let ofGuest = try total("uploaderKind = ? AND uploader = ? AND state < 3", who, db)
        guard ofGuest.bytes + byteCount <= limits.guestBytes else { return .guestBytes(limits.guestBytes) }
        guard ofGuest.count < limits.guestFiles else { return .guestFiles(limits.guestFiles) }
        return nil
    }

    private func total(
        _ condition: String, _ arguments: [SQLValue], _ db: any SQLSession
    ) throws -> (bytes: Int64, count: Int64) {
        // PostgreSQL adds up whole numbers to a `numeric`, which reads as text.
        let row = try db.firstRow(
            "SELECT CAST(coalesce(sum(byteCount), 0) AS BIGINT), count(*) FROM sharedFile WHERE \(condition)", arguments
        )
        return (row?.integer(0) ?? 0, row?.integer(1) ?? 0)
    }

    /// It has arrived, and its content is where `storageName` says. False if it was given up meanwhile.
    package func arrived(
        _ record: FileRecord, _ detail: FileDetail, byteCount: Int64, as state: FileState
    ) throws(DirectoryError) -> Bool {
        try directory.write { db in
            let sealed = try directory.seal(detail, record.owner, SealedColumn.file, row: record.id.value)
            let count = try db.run(
                "UPDATE sharedFile SET state = ?, byteCount = ?, detail = ? WHERE id = ? AND state = 0",
                [.integer(state.rawValue), .integer(byteCount), .blob(sealed), .integer(record.id.value)])
            return .success(count == 1)
        }
    }

    /// An upload that came to nothing, whose content is nowhere.
    package func discard(_ id: FileID) throws(DirectoryError) {
        try directory.write { db in
            try db.run("DELETE FROM sharedFile WHERE id = ? AND state = 0", [.integer(id.value)])
            return .success(())
        }
    }

    // MARK: - Finding

    package func find(named name: PublicID) throws(DirectoryError) -> FileRecord? {
        try directory.read { db in try find("publicID = ?", [name.column], db).first }
    }

    package func find(_ id: FileID) throws(DirectoryError) -> FileRecord? {
        try directory.read { db in try find("id = ?", [.integer(id.value)], db).first }
    }

    /// Throws where its case was erased, too.
    package func detail(of record: FileRecord) throws(DirectoryError) -> FileDetail {
        do {
            return try directory.open(
                FileDetail.self, record.detail, record.owner, SealedColumn.file, row: record.id.value)
        } catch {
            throw DirectoryError.erased
        }
    }

    private func find(_ condition: String, _ arguments: [SQLValue], _ db: any SQLSession) throws -> [FileRecord] {
        try db.rows("SELECT \(FileRecord.columns) FROM sharedFile WHERE \(condition)", arguments)
            .compactMap(FileRecord.init)
    }

    // MARK: - Moving on

    /// The scanner has spoken: false if the file is not in quarantine any more.
    package func settle(_ id: FileID, _ state: FileState) throws(DirectoryError) -> Bool {
        try directory.write { db in
            let count = try db.run(
                "UPDATE sharedFile SET state = ?, reason = 0 WHERE id = ? AND state = 1",
                [.integer(state.rawValue), .integer(id.value)])
            return .success(count == 1)
        }
    }

    package func keepWaiting(_ id: FileID, _ reason: QuarantineReason) throws(DirectoryError) {
        try directory.write { db in
            try db.run(
                "UPDATE sharedFile SET reason = ? WHERE id = ? AND state = 1",
                [.integer(reason.rawValue), .integer(id.value)])
            return .success(())
        }
    }

    /// They are about to be sent to these; false if one of them is no longer there, and then none is changed. What everyone
    /// sees stays so.
    package func share(_ ids: [FileID], with audience: FileAudience) throws(DirectoryError) -> Bool {
        do throws(DirectoryError) {
            try directory.write { db in
                for id in ids {
                    let count = try db.run(
                        """
                        UPDATE sharedFile SET audience = CASE WHEN audience > ? THEN audience ELSE ? END
                        WHERE id = ? AND state IN (1, 2)
                        """,
                        [.integer(audience.rawValue), .integer(audience.rawValue), .integer(id.value)])
                    guard count == 1 else { throw DirectoryError.erased }
                }
                return .success(())
            }
        } catch {
            guard error.code == .erased else { throw error }
            return false
        }
        return true
    }

    /// Nobody sees them any more: their message was deleted, or they were never sent. Only their uploader's own.
    package func withdraw(_ ids: [FileID], by uploader: FileUploader) throws(DirectoryError) -> Int {
        let person = uploader.columns
        return try directory.write { db in
            var count = 0
            for id in ids {
                count += try db.run(
                    """
                    UPDATE sharedFile SET state = 4, reason = 0
                    WHERE id = ? AND uploaderKind = ? AND uploader = ? AND state IN (1, 2)
                    """, [.integer(id.value), .integer(person.kind), .integer(person.id)])
            }
            return .success(count)
        }
    }

    /// What waits for the scanner, the oldest first.
    package func quarantined(after id: FileID, limit: Int) throws(DirectoryError) -> [FileRecord] {
        try directory.read { db in
            try find(
                "state = 1 AND id > ? ORDER BY id LIMIT ?", [.integer(id.value), .integer(Int64(limit))], db)
        }
    }

    // MARK: - Cleaning up

    /// Gives up uploads that ended without a word (their process has died), and files that nobody has sent in time.
    package func giveUp(limits: FileLimits, at now: Timestamp) throws(DirectoryError) -> Int {
        let dead = now.milliseconds - 4 * limits.longestUpload.wholeMilliseconds
        let unsent = now.milliseconds - limits.unsentFor.wholeMilliseconds
        return try directory.write { db in
            let uploads = try db.run(
                "UPDATE sharedFile SET state = 4 WHERE audience = 0 AND createdAt < ? AND state = 0", [.integer(dead)])
            let files = try db.run(
                "UPDATE sharedFile SET state = 4, reason = 0 WHERE audience = 0 AND createdAt < ? AND state IN (1, 2)",
                [.integer(unsent)])
            return .success(uploads + files)
        }
    }

    /// Files whose content is to be removed.
    package func leftovers(limit: Int) throws(DirectoryError) -> [FileRecord] {
        try directory.read { db in
            try find(
                "state IN (3, 4) AND length(storageName) > 0 ORDER BY id LIMIT ?", [.integer(Int64(limit))], db)
        }
    }

    /// The content is gone. What was sent stays as a row, so that its message can say what became of it.
    package func contentRemoved(_ record: FileRecord) throws(DirectoryError) {
        try directory.write { db in
            if record.audience == .uploader {
                try db.run("DELETE FROM sharedFile WHERE id = ? AND state IN (3, 4)", [.integer(record.id.value)])
            } else {
                try db.run(
                    "UPDATE sharedFile SET storageName = ? WHERE id = ? AND state IN (3, 4)",
                    [.blob([]), .integer(record.id.value)])
            }
            return .success(())
        }
    }

    /// How many there are in each state. For metrics.
    package func counts() throws(DirectoryError) -> [FileState: Int] {
        try directory.read { db in
            try db.rows("SELECT state, count(*) FROM sharedFile GROUP BY state", []).reduce(into: [:]) { counts, row in
                guard let state = row.integer(0).flatMap(FileState.init), let count = row.integer(1) else { return }
                counts[state] = Int(clamping: count)
            }
        }
    }
}
