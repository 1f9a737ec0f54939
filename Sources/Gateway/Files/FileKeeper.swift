import CaseMachine
import CaseStore
import Files
import Logging
import Synchronization

/// Everything that is done with the contents of files: taken in, checked, given out, removed. What blocks, it does on
/// threads of its own.
///
/// `FileKeeper+Quarantine`: the virus scanner. `FileKeeper+Cleaning`: what is left over.
final class FileKeeper: Sendable {
    let register: FileRegister
    let storage: any FileStorage
    let spool: Spool
    let scanner: VirusScanner?
    let settings: FileSettings
    let figures = FileFigures()
    let log: Logger
    /// Looking at, sealing and opening whole files.
    let work = BlockingWork("files", atOnce: FileWork.atOnce, waiting: FileWork.waiting)
    /// Waiting for the scanner must keep nobody from downloading.
    let scanning = BlockingWork("file-scans", atOnce: FileWork.atOnce, waiting: FileWork.waiting)
    /// Rows, which take no time.
    let questions = BlockingWork("file-rows", atOnce: 2, waiting: 4096)
    /// The file has another state now.
    let changed: @Sendable (FileRecord) -> Void
    let now: @Sendable () -> Timestamp
    private let underWay = Mutex(Uploads())
    let scans = Mutex<[FileID: ContinuousClock.Instant]>([:])
    private let rounds = Mutex<Task<Void, Never>?>(nil)

    private struct Uploads {
        var all = 0
        var bySession: [SessionID: Int] = [:]
    }

    /// Makes its directories, and removes what a process that died has left on its way.
    init(
        _ register: FileRegister, _ settings: FileSettings, beside data: String, log: Logger,
        now: @escaping @Sendable () -> Timestamp = SystemClock.wall,
        changed: @escaping @Sendable (FileRecord) -> Void
    ) throws(FilesError) {
        self.register = register
        self.settings = settings
        self.log = log
        self.now = now
        self.changed = changed
        let directory = settings.directory ?? data + "/files"
        let local = try LocalFiles(directory)
        storage = settings.storage ?? local
        spool = try Spool(LocalFiles.spool(in: directory), reserveBytes: settings.reserveBytes)
        scanner = settings.scanner.map { VirusScanner($0) }
    }

    /// Looks after what waits and what is left over, until `stop`.
    func start() {
        rounds.withLock { rounds in
            guard rounds == nil else { return }
            rounds = Task { [weak self] in
                // Not held between two rounds: a house that is gone takes this with it.
                repeat { await self?.tend() } while (try? await Task.sleep(for: FileWork.round)) != nil && self != nil
            }
        }
    }

    func stop() { rounds.withLock { $0 }?.cancel() }

    // MARK: - In

    /// What somebody wants to upload.
    struct Upload: Sendable {
        let caseID: CaseID
        let organisation: OrganisationID
        let uploader: FileUploader
        let session: SessionID
        let byteCount: Int64
        let title: String?
        let declared: String?
    }

    /// Takes a file in: its row, its sealed content, and then what it is. On any failure nothing of it is left.
    func take(_ upload: Upload, _ body: RequestBody) async throws(APIError) -> (FileRecord, FileDetail) {
        try enter(upload.session)
        defer { leave(upload.session) }
        let name = StorageName.random()
        let limits = settings.limits
        let record = try await reserve(upload, name, limits)
        do throws(APIError) {
            let taken = try await store(upload, body, as: record, name)
            figures.count(.taken, bytes: Int(taken.record.byteCount))
            return (await checked(taken.record), taken.detail)
        } catch {
            await discard(record, name)
            throw error
        }
    }

    private func store(
        _ upload: Upload, _ body: RequestBody, as record: FileRecord, _ name: StorageName
    ) async throws(APIError) -> (record: FileRecord, detail: FileDetail) {
        let content = try await receive(body, upload.byteCount)
        let (detail, byteCount) = try await keep(content, upload, name)
        let state: FileState = scanner == nil ? .ready : .quarantined
        let isThere = try await ask { register throws(DirectoryError) in
            try register.arrived(record, detail, byteCount: byteCount, as: state)
        }
        let stored = try await ask { register throws(DirectoryError) in try register.find(record.id) }
        // Its case was erased meanwhile.
        guard isThere, let stored else { throw .noSuchCase }
        return (stored, detail)
    }

    private func enter(_ session: SessionID) throws(APIError) {
        let isIn = underWay.withLock { uploads in
            guard uploads.all < FileWork.uploads, uploads.bySession[session, default: 0] < FileWork.uploadsOfOne else {
                return false
            }
            uploads.all += 1
            uploads.bySession[session, default: 0] += 1
            return true
        }
        if !isIn {
            figures.count(.limited)
            throw APIError.tooManyUploads
        }
    }

    private func leave(_ session: SessionID) {
        underWay.withLock { uploads in
            uploads.all -= 1
            let left = uploads.bySession[session, default: 1] - 1
            uploads.bySession[session] = left > 0 ? left : nil
        }
    }

    private func reserve(
        _ upload: Upload, _ name: StorageName, _ limits: FileLimits
    ) async throws(APIError) -> FileRecord {
        let now = now()
        let reserved = try await ask { register throws(DirectoryError) in
            try register.reserve(
                in: upload.caseID, of: upload.organisation, by: upload.uploader, byteCount: upload.byteCount,
                storageName: name.bytes, limits: limits, at: now)
        }
        switch reserved {
        case .success(let record): return record
        case .failure(let passed):
            figures.count(.limited)
            throw APIError(passed)
        }
    }

    /// The content as it arrives, sealed on the disk: memory holds a piece of it. Under a key that is forgotten with it.
    private func receive(_ body: RequestBody, _ byteCount: Int64) async throws(APIError) -> ReceivedFile {
        let deadline = ContinuousClock.now + settings.limits.longestUpload
        do {
            let received = try await working { [spool] in try ReceivedFile(in: spool, byteCount: byteCount) }
            var pieces: [UInt8] = []
            for try await chunk in body {
                guard ContinuousClock.now < deadline else { throw APIError.uploadTooSlow }
                pieces += chunk
                guard pieces.count >= FileSealer.chunkBytes else { continue }
                let piece = pieces
                pieces.removeAll(keepingCapacity: true)
                try await working { try received.append(piece) }
            }
            let piece = pieces
            try await working {
                try received.append(piece)
                try received.finish()
            }
            guard received.byteCount == byteCount else { throw APIError.uploadBrokenOff }
            return received
        } catch let error as APIError {
            throw error
        } catch let error as FilesError {
            throw trouble(error)
        } catch {
            figures.count(.brokenOff)
            throw APIError.uploadBrokenOff
        }
    }

    /// Looks at what has arrived, and stores what of it is kept under a key of its own.
    private func keep(
        _ received: ReceivedFile, _ upload: Upload, _ name: StorageName
    ) async throws(APIError) -> (FileDetail, Int64) {
        do {
            return try await working { [spool, storage, settings] in
                let content = try received.content(upTo: Int(settings.limits.fileBytes))
                let found = try FileInspector.inspect(content, declared: upload.declared)
                let key = try FileKey.random()
                let file = try spool.begin(byteCount: Int64(found.content.count))
                var sealer = try FileSealer(key, into: file)
                try sealer.append(found.content)
                try sealer.finish()
                try storage.keep(file, as: name)
                let detail = FileDetail(
                    title: FileTitle.make(upload.title, found.kind), mediaType: found.kind.mediaType, key: key.bytes)
                return (detail, Int64(found.content.count))
            }
        } catch let refusal as FileRefusal {
            figures.count(.refused)
            throw APIError(refusal)
        } catch let error as FilesError {
            throw trouble(error)
        } catch let error as APIError {
            throw error
        } catch {
            throw APIError.overloaded
        }
    }

    private func trouble(_ error: FilesError) -> APIError {
        figures.count(.failed)
        log.error("a file could not be stored", metadata: ["cause": "\(error)"])
        return error == .full ? .storageFull : .storageAway
    }

    private func discard(_ record: FileRecord, _ name: StorageName) async {
        _ = await work.run { [storage, register] in
            // What cannot be removed now is found by its row, later.
            guard (try? storage.remove(name)) != nil else { return }
            try? register.discard(record.id)
        }
    }

    // MARK: - Out

    /// The whole content. For a picture that a page is to show, only if it is one still.
    func content(of record: FileRecord, _ detail: FileDetail, isInline: Bool) async throws(APIError) -> [UInt8] {
        guard let name = StorageName(bytes: record.storageName), let key = FileKey(bytes: detail.key) else {
            throw APIError.fileGone
        }
        let content: [UInt8]
        do {
            content = try await working { [storage, settings] in
                var opener = try FileOpener(name, in: storage, key)
                let content = try opener.all(upTo: 2 * Int(max(settings.limits.fileBytes, record.byteCount)))
                if isInline {
                    let found = try FileInspector.inspect(content, declared: detail.mediaType)
                    guard found.kind.isShownInline else { throw FileRefusal.notAllowed }
                }
                return content
            }
        } catch is FileRefusal {
            throw APIError.notShown
        } catch let error as APIError {
            throw error
        } catch {
            log.error("a file could not be read", metadata: ["cause": "\(error)"])
            throw .storageAway
        }
        figures.countDownload(bytes: content.count)
        return content
    }

    // MARK: - Threads

    private func working<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard let outcome = await work.run({ Result { try body() } }) else { throw APIError.overloaded }
        return try outcome.get()
    }

    func ask<Value: Sendable>(
        _ body: @escaping @Sendable (FileRegister) throws(DirectoryError) -> Value
    ) async throws(APIError) -> Value {
        let outcome = await questions.run { [register] in
            Result { () throws(DirectoryError) in try body(register) }
        }
        guard let outcome else { throw .overloaded }
        do {
            return try outcome.get()
        } catch {
            if error.code == .erased { throw .fileGone }
            log.error("the files' rows cannot be read", metadata: ["cause": "\(error)"])
            throw .storageAway
        }
    }
}

/// A file on its way in: sealed on the disk under a key that only this object has.
///
/// Sound, since one step follows the other: the handler waits for each before it begins the next.
private final class ReceivedFile: @unchecked Sendable {
    private let key: FileKey
    private let file: SpooledFile
    private var sealer: FileSealer
    private(set) var byteCount: Int64 = 0

    init(in spool: Spool, byteCount: Int64) throws(FilesError) {
        key = try FileKey.random()
        file = try spool.begin(byteCount: 2 * byteCount)
        sealer = try FileSealer(key, into: file)
    }

    func append(_ bytes: [UInt8]) throws(FilesError) {
        byteCount += Int64(bytes.count)
        try sealer.append(bytes)
    }

    func finish() throws(FilesError) { try sealer.finish() }

    func content(upTo limit: Int) throws(FilesError) -> [UInt8] { try file.content(key, upTo: limit) }
}
