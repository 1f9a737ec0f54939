import CaseMachine
package import CaseStore
package import Files

/// Where a house keeps its files, who checks them, and how much there may be.
package struct FileSettings: Sendable {
    /// For sealed files on their way, and for those that are kept here. Nil: `files` beside the database.
    package var directory: String?
    /// Nil: in the directory.
    package var storage: (any FileStorage)?
    /// ClamAV's daemon. Nil: nobody checks for viruses.
    package var scanner: ScannerAddress?
    package var limits = FileLimits()
    /// Left free on the disk.
    package var reserveBytes = Spool.usualReserveBytes

    package init() {}
}

/// Bounds of the work with files, each with its unit and its reason.
enum FileWork {
    /// Files that are looked at, sealed or scanned at the same time: each may take a few times its size in memory.
    static let atOnce = 2
    /// Who waits for that; more are told to come back.
    static let waiting = 256
    /// Uploads under way in this house, and of one session: each holds a connection and a file.
    static let uploads = 64
    static let uploadsOfOne = 4
    /// How long an address of a file is good: a page asks for one when somebody wants the file, and a phone may take minutes
    /// to fetch it.
    static let longestLink: Duration = .minutes(10)
    /// How long an upload waits for the scanner before its answer says that the file is being checked.
    static let promptScan: Duration = .seconds(5)
    /// Between two looks at what waits, and at what is left over.
    static let round: Duration = .seconds(15)
    /// Of one round.
    static let perRound = 100
    /// A file that was sent to the scanner is not sent again for so long: it may take its time.
    static let perScan: Duration = .minutes(3)
}
