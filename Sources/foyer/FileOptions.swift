import ArgumentParser
import CaseStore
import Files
import Gateway

/// Files that people share: where they are kept, who checks them, how much there may be.
struct FileOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The directory of files that people share; made if it is missing. Default: 'files' in --data.",
            valueName: "dir"))
    var files: String?

    @Option(
        help: ArgumentHelp(
            "ClamAV's daemon, which checks each file before anybody gets it: its socket, or an IPv4 address with a port. "
                + "Default: nobody checks.", valueName: "path|address:port"))
    var clamd: String?

    @Option(help: "Megabytes of one file.")
    var fileMegabytes = Int(FileLimits().fileBytes >> 20)

    @Option(help: "Megabytes of all files of one conversation.")
    var caseMegabytes = Int(FileLimits().caseBytes >> 20)

    @Option(help: "Megabytes of all files of one guest.")
    var guestMegabytes = Int(FileLimits().guestBytes >> 20)

    @Option(help: "Megabytes that are left free on the disk of the files.")
    var fileReserveMegabytes = Int(FileSettings().reserveBytes >> 20)

    /// A file is looked at as a whole, in memory.
    private static let mostOfOne = 64
    private static let most = 1 << 20

    func validate() throws {
        guard (1...Self.mostOfOne).contains(fileMegabytes) else {
            throw ValidationError("--file-megabytes must be between 1 and \(Self.mostOfOne).")
        }
        let sums = [
            "--case-megabytes": caseMegabytes, "--guest-megabytes": guestMegabytes,
        ]
        for (name, value) in sums.sorted(by: { $0.key < $1.key }) where !(fileMegabytes...Self.most).contains(value) {
            throw ValidationError("\(name) must be between --file-megabytes and \(Self.most).")
        }
        guard (0...Self.most).contains(fileReserveMegabytes) else {
            throw ValidationError("--file-reserve-megabytes must be between 0 and \(Self.most).")
        }
        if let clamd, ScannerAddress(clamd) == nil {
            throw ValidationError(
                "--clamd is neither a socket's path, as /run/clamav/clamd.ctl, nor an IPv4 address with a port, as "
                    + "127.0.0.1:3310.")
        }
    }

    func settings() -> FileSettings {
        var settings = FileSettings()
        settings.directory = files
        settings.scanner = clamd.flatMap { ScannerAddress($0) }
        settings.limits.fileBytes = Int64(fileMegabytes) << 20
        settings.limits.caseBytes = Int64(caseMegabytes) << 20
        settings.limits.guestBytes = Int64(guestMegabytes) << 20
        settings.reserveBytes = Int64(fileReserveMegabytes) << 20
        return settings
    }
}
