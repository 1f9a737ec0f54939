import CaseMachine
import CaseStore
import Files
import WebSocket

/// Files over HTTP: up as a raw body, down by links that expire. Both sides have the same, each under its own session.
struct FileRoutes: Sendable {
    let api: APIRoutes
    let accounts: Accounts
    let keeper: FileKeeper
    let store: any CaseStore

    var table: Routes {
        Routes {
            api.upload("/api/v1/guests/files", upTo: fileBytes, tooLarge: tooLarge) { request, body in
                try await upload(request, body, .guest)
            }
            api.change("/api/v1/guests/files/:file/link") { request in try await link(request, .guest) }
            api.change("/api/v1/guests/files/:file/discard") { request in try await discard(request, .guest) }
            api.read("/api/v1/guests/files/:file/state") { request in try await state(request, .guest) }
            api.read("/api/v1/guests/files/:file") { request in try await download(request, .guest) }
            api.upload("/api/v1/members/files", upTo: fileBytes, tooLarge: tooLarge) { request, body in
                try await upload(request, body, .member)
            }
            api.change("/api/v1/members/files/:file/link") { request in try await link(request, .member) }
            api.change("/api/v1/members/files/:file/discard") { request in try await discard(request, .member) }
            api.read("/api/v1/members/files/:file/state") { request in try await state(request, .member) }
            api.read("/api/v1/members/files/:file") { request in try await download(request, .member) }
        }
    }

    private var fileBytes: ByteCount { ByteCount(bytes: Int(keeper.settings.limits.fileBytes)) }
    private var tooLarge: APIError { .fileTooLarge(keeper.settings.limits.fileBytes) }

    // MARK: - Up

    private func upload(_ request: Request, _ body: RequestBody, _ kind: Session.Kind) async throws -> Response {
        let visitor = try await visitor(request, kind)
        guard case .length(let bytes) = request.head.framing else {
            throw request.head.framing == BodyFraming.none ? APIError(FileRefusal.empty) : APIError.lengthRequired
        }
        guard bytes > 0 else { throw APIError(FileRefusal.empty) }
        guard bytes <= keeper.settings.limits.fileBytes else {
            throw APIError.fileTooLarge(keeper.settings.limits.fileBytes)
        }
        guard let name = try request.queryItem("case"), !name.isEmpty else { throw APIError.missing("case") }
        let found = try await writableCase(name, visitor)
        let title = try request.queryItem("name")
        let upload = FileKeeper.Upload(
            caseID: found.id, organisation: visitor.organisation, uploader: visitor.uploader,
            session: visitor.session, byteCount: Int64(bytes), title: title,
            declared: request.head.fields.first("content-type"))
        let (record, detail) = try await keeper.take(upload, body)
        guard record.state != .refused else { throw APIError(FileRefusal.infected) }
        return API.answer(.created, FileBody(file: FileBody.About(record, detail)))
    }

    /// A case that the visitor may read, and in which somebody may still write.
    private func writableCase(_ name: String, _ visitor: FileVisitor) async throws(APIError) -> LoadedCase {
        guard let publicID = PublicID(text: name) else { throw .noSuchCase }
        let found = try await load { store throws(StoreError) in try store.load(named: publicID) }
        guard found.state.organisation == visitor.organisation, visitor.actor.mayRead(found.state) else {
            throw .noSuchCase
        }
        return found
    }

    /// What was uploaded and is not to be sent after all.
    private func discard(_ request: Request, _ kind: Session.Kind) async throws -> Response {
        let visitor = try await visitor(request, kind)
        let record = try await readable(request, visitor)
        guard record.uploader == visitor.uploader, record.audience == .uploader else { throw APIError.noSuchFile }
        _ = try await keeper.ask { register throws(DirectoryError) in
            try register.withdraw([record.id], by: record.uploader)
        }
        await keeper.clean()
        return API.done
    }

    // MARK: - Down

    private func state(_ request: Request, _ kind: Session.Kind) async throws -> Response {
        let record = try await readable(request, try await visitor(request, kind))
        let detail = try await keeper.ask { register throws(DirectoryError) in try register.detail(of: record) }
        return API.answer(.ok, FileBody(file: FileBody.About(record, detail)))
    }

    private func link(_ request: Request, _ kind: Session.Kind) async throws -> Response {
        let visitor = try await visitor(request, kind)
        let record = try await readable(request, visitor)
        try demandReady(record)
        let until = accounts.now() + FileWork.longestLink
        let mark = try await keeper.ask { register throws(DirectoryError) in
            try register.mark(of: record.publicID, for: visitor.session, until: until)
        }
        let side = kind == .guest ? "guests" : "members"
        let href = "/api/v1/\(side)/files/\(record.publicID.text)?until=\(until.milliseconds)&mark=\(mark)"
        return API.answer(.ok, LinkBody(href: href, until: until.milliseconds))
    }

    private func download(_ request: Request, _ kind: Session.Kind) async throws -> Response {
        let visitor = try await visitor(request, kind)
        let record = try await readable(request, visitor)
        guard let until = try request.queryItem("until").flatMap({ Int64($0) }),
            let mark = try request.queryItem("mark"), accounts.now().milliseconds < until,
            try await keeper.ask({ register throws(DirectoryError) in
                try register.isGood(
                    mark, of: record.publicID, for: visitor.session, until: Timestamp(milliseconds: until))
            })
        else { throw APIError.linkExpired }
        try demandReady(record)
        let isInline = try request.queryItem("inline") != nil
        let detail = try await keeper.ask { register throws(DirectoryError) in try register.detail(of: record) }
        let content = try await keeper.content(of: record, detail, isInline: isInline)
        var response = Response(.ok, body: content)
        try response.set("Content-Type", checking: detail.mediaType)
        try response.set(
            "Content-Disposition", checking: FileTitle.disposition(detail.title, isInline: isInline))
        response.set("Content-Security-Policy", "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
        // In the browser's memory only, and for the session that it was given to.
        response.set("Cache-Control", isInline ? "private, max-age=300" : "no-store")
        return response
    }

    private func demandReady(_ record: FileRecord) throws(APIError) {
        switch record.state {
        case .ready: return
        case .quarantined: throw .beingChecked
        case .uploading: throw .noSuchFile
        case .refused, .removed: throw .fileGone
        }
    }

    /// The file, if the visitor may see it: whoever may not is told that there is none.
    private func readable(_ request: Request, _ visitor: FileVisitor) async throws(APIError) -> FileRecord {
        guard let name = request.parameters["file"].flatMap({ PublicID(text: $0) }) else { throw .noSuchFile }
        let record = try await keeper.ask { register throws(DirectoryError) in try register.find(named: name) }
        guard let record, record.organisation == visitor.organisation, record.state != .uploading else {
            throw .noSuchFile
        }
        let isOwn = record.uploader == visitor.uploader
        let mayHave =
            switch record.audience {
            case .uploader: isOwn
            case .team: isOwn || visitor.side == .team
            case .everyone: true
            }
        guard mayHave else { throw .noSuchFile }
        let found: LoadedCase
        do {
            found = try await load { store throws(StoreError) in
                try store.load([record.caseID]).first ?? .failure(.noSuchCase)
            }
        } catch {
            throw error == .noSuchCase ? .noSuchFile : error
        }
        guard visitor.actor.mayRead(found.state) else { throw .noSuchFile }
        return record
    }

    private func load(
        _ body: @escaping @Sendable (any CaseStore) throws(StoreError) -> Result<LoadedCase, CaseTrouble>
    ) async throws(APIError) -> LoadedCase {
        let outcome = await keeper.questions.run { [store] in
            Result { () throws(StoreError) in try body(store) }
        }
        guard let outcome else { throw .overloaded }
        switch outcome {
        case .success(.success(let found)): return found
        case .success(.failure): throw .noSuchCase
        case .failure: throw .storageAway
        }
    }

    private func visitor(_ request: Request, _ kind: Session.Kind) async throws(APIError) -> FileVisitor {
        let session: Session
        do { session = try await accounts.session(request, kind) } catch let error as APIError { throw error } catch {
            throw .storageAway
        }
        guard let visitor = FileVisitor(session, accounts.directory.roster) else { throw .signIn }
        return visitor
    }
}

/// Who asks for a file. All of it comes from the session.
private struct FileVisitor: Sendable {
    let session: SessionID
    let actor: Actor
    let side: Side
    let organisation: OrganisationID
    let uploader: FileUploader

    /// Nil if there is no such member any more.
    init?(_ session: Session, _ roster: Roster) {
        self.session = session.id
        organisation = session.organisation
        switch session.subject {
        case .guest(let guest):
            actor = .guest(GuestActor(guest: guest, organisation: session.organisation))
            side = .guest
            uploader = .guest(guest)
        case .member(let id):
            guard let member = roster[id], member.organisation == session.organisation else { return nil }
            actor = .member(member.actor)
            side = .team
            uploader = .member(id)
        }
    }
}

private struct FileBody: Encodable {
    struct About: Encodable {
        let id: String
        let title: String
        let bytes: Int64
        let type: String
        let state: String
        @Null var reason: String?

        init(_ record: FileRecord, _ detail: FileDetail) {
            id = record.publicID.text
            title = detail.title
            bytes = record.byteCount
            type = detail.mediaType
            state = record.state.word.rawValue
            reason = record.state == .quarantined ? record.reason.word : nil
        }
    }

    let file: About
}

private struct LinkBody: Encodable {
    let href: String
    let until: Int64
}

extension QuarantineReason {
    fileprivate var word: String {
        switch self {
        case .checking: "checking"
        case .scannerAway: "scanner_away"
        case .tooLargeToScan: "too_large_to_scan"
        }
    }
}
