package import CaseMachine

/// How a file is. Stored: never renumber.
package enum FileState: Int64, Sendable, CaseIterable {
    /// On its way to us; nobody sees it.
    case uploading = 0
    /// Waits for the virus scanner.
    case quarantined = 1
    case ready = 2
    /// The scanner has found something; the content is gone.
    case refused = 3
    /// Taken back, erased, or never sent; the content is gone.
    case removed = 4
}

/// Why a file is still in quarantine. Stored: never renumber.
package enum QuarantineReason: Int64, Sendable, CaseIterable {
    case checking = 0
    case scannerAway = 1
    /// The scanner takes no file of this length: nobody gets it before an administrator raises that limit.
    case tooLargeToScan = 2
}

/// Who sees a file. Stored: never renumber.
package enum FileAudience: Int64, Sendable, CaseIterable {
    /// Its uploader: it was not sent yet.
    case uploader = 0
    /// It was sent with a note.
    case team = 1
    case everyone = 2
}

package enum FileUploader: Hashable, Sendable {
    case guest(GuestID)
    case member(MemberID)

    var columns: (kind: Int64, id: Int64) {
        switch self {
        case .guest(let guest): (0, guest.value)
        case .member(let member): (1, member.value)
        }
    }

    init?(kind: Int64, id: Int64) {
        switch kind {
        case 0: self = .guest(GuestID(id))
        case 1: self = .member(MemberID(id))
        default: return nil
        }
    }
}

/// A file's row.
package struct FileRecord: Hashable, Sendable {
    package let id: FileID
    package let publicID: PublicID
    package let organisation: OrganisationID
    package let caseID: CaseID
    package let uploader: FileUploader
    package let state: FileState
    package let reason: QuarantineReason
    package let audience: FileAudience
    /// Of the content; while it is uploaded, what was announced.
    package let byteCount: Int64
    /// Empty where there is no content any more.
    package let storageName: [UInt8]
    package let createdAt: Timestamp
    /// Still sealed.
    let detail: [UInt8]

    static let columns = """
        id, publicID, organisation, caseID, uploaderKind, uploader, state, reason, audience, byteCount, storageName, \
        createdAt, detail
        """

    /// Nil for a row that nobody of us has written.
    init?(_ row: SQLRow) {
        guard let id = row.integer(0), let publicID = row.blob(1).flatMap(UInt128.init(bigEndianBytes:)),
            let organisation = row.integer(2), let caseID = row.integer(3), let kind = row.integer(4),
            let person = row.integer(5), let uploader = FileUploader(kind: kind, id: person),
            let state = row.integer(6).flatMap(FileState.init),
            let reason = row.integer(7).flatMap(QuarantineReason.init),
            let audience = row.integer(8).flatMap(FileAudience.init), let byteCount = row.integer(9),
            let storageName = row.blob(10), let createdAt = row.integer(11), let detail = row.blob(12)
        else { return nil }
        self.id = FileID(id)
        self.publicID = PublicID(publicID)
        self.organisation = OrganisationID(organisation)
        self.caseID = CaseID(caseID)
        self.uploader = uploader
        self.state = state
        self.reason = reason
        self.audience = audience
        self.byteCount = byteCount
        self.storageName = storageName
        self.createdAt = Timestamp(milliseconds: createdAt)
        self.detail = detail
    }

    var owner: KeyOwner { .case(caseID.value, of: organisation.value) }
}

/// What is sealed of a file: what its sender called it, what it is, and the key of its content.
package struct FileDetail: Hashable, Sendable, Codable {
    package var title: String
    package var mediaType: String
    package var key: [UInt8]

    package init(title: String, mediaType: String, key: [UInt8]) {
        self.title = title
        self.mediaType = mediaType
        self.key = key
    }
}

/// How much may be shared. Each with its unit, and the reason.
package struct FileLimits: Sendable {
    /// Bytes of one file: a phone's photo has 3 to 12 million, a scanned letter of 30 pages as many.
    package var fileBytes: Int64 = 25 << 20
    /// Bytes and number of a case's files: some 20 of the largest, or a folder of photos.
    package var caseBytes: Int64 = 500 << 20
    package var caseFiles: Int64 = 300
    /// Bytes and number of a guest's files over all their cases: one person must not fill the disk.
    package var guestBytes: Int64 = 1 << 30
    package var guestFiles: Int64 = 600
    /// Of one person, uploaded and not sent yet: what a message takes, three times.
    package var unsentFiles: Int64 = 30
    /// Sent by nobody after so long, a file goes.
    package var unsentFor: Duration = .days(1)
    /// An upload that is not complete after so long is not any more: 25 MB take 15 minutes at 230 kbit/s.
    package var longestUpload: Duration = .seconds(900)

    package init() {}
}

/// Which limit a file would pass.
package enum FileLimitPassed: Error, Hashable, Sendable {
    case caseBytes(Int64)
    case caseFiles(Int64)
    case guestBytes(Int64)
    case guestFiles(Int64)
    case unsentFiles(Int64)
}
