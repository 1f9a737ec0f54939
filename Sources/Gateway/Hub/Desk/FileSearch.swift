import CaseMachine
import CaseStore
import Wire

/// The files that a command is about, looked for where one may wait for the database.
struct FileSearch: Sendable {
    private enum Wish: Sendable {
        /// To be sent: the sender's own, uploaded for this case.
        case share([String], FileAudience)
        /// Of the message that is to be deleted, by its number for who asks.
        case withdraw(Int64)
    }

    private let wish: Wish
    private let id: CaseID
    private let uploader: FileUploader
    private let side: Side

    /// Nil for a command that is about no files.
    init?(_ action: CaseAction, on id: CaseID, _ visitor: Visitor) {
        guard let uploader = FileUploader(visitor.actor) else { return nil }
        switch action {
        case .send(_, _, let files) where !files.isEmpty: wish = .share(files, .everyone)
        case .note(_, let files) where !files.isEmpty: wish = .share(files, .team)
        case .delete(let number): wish = .withdraw(number)
        case .identify, .send, .note, .edit, .claim, .release, .transfer, .join, .part, .leave, .snooze, .wake,
            .requestClose, .declineClose, .closeChat, .close, .reopen:
            return nil
        }
        self.id = id
        self.uploader = uploader
        side = visitor.side
    }

    func run(_ house: HouseServices) -> Result<FilesFound, WireFault> {
        do throws(DirectoryError) {
            switch wish {
            case .share(let names, let audience): return try share(names, audience, house.files)
            case .withdraw(let number): return .success(FilesFound(withdrawn: files(of: number, house)))
            }
        } catch {
            return .failure(WireFault(error.code == .erased ? .noSuchFile : .storeAway))
        }
    }

    /// Their audience changes before the message is stored: it must not be there with files that nobody can have. Of one that
    /// is then rejected, they stay as they are until their case is erased.
    private func share(
        _ names: [String], _ audience: FileAudience, _ register: FileRegister
    ) throws(DirectoryError) -> Result<FilesFound, WireFault> {
        var shared: [SharedFile] = []
        for name in names {
            guard let name = PublicID(text: name), let record = try register.find(named: name),
                record.caseID == id, record.uploader == uploader,
                record.state == .ready || record.state == .quarantined,
                !shared.contains(where: { $0.file == record.id })
            else { return .failure(WireFault(.noSuchFile)) }
            let detail = try register.detail(of: record)
            shared.append(
                SharedFile(
                    file: record.id, title: detail.title, byteCount: record.byteCount, mediaType: detail.mediaType))
        }
        guard try register.share(shared.map(\.file), with: audience) else { return .failure(WireFault(.noSuchFile)) }
        return .success(FilesFound(shared: shared))
    }

    /// None where they cannot be read: the message is deleted all the same.
    private func files(of number: Int64, _ house: HouseServices) -> [FileID] {
        guard case .success(let stored?)? = try? house.store.event(number, of: id, for: side) else { return [] }
        switch stored.event.fact {
        case .messageSent(let message), .noteWritten(let message): return message.files.map(\.file)
        default: return []
        }
    }
}

/// What a command has to do with files.
struct FilesFound: Sendable {
    var shared: [SharedFile] = []
    var withdrawn: [FileID] = []
}

extension FileUploader {
    /// Nil for who uploads nothing.
    init?(_ actor: Actor) {
        switch actor {
        case .guest(let guest): self = .guest(guest.guest)
        case .member(let member): self = .member(member.member)
        case .client, .system: return nil
        }
    }
}
