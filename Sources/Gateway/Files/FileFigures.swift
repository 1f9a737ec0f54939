import CaseStore
import Files
import Synchronization

/// What was done with files since the start. Counted from any thread.
final class FileFigures: Sendable {
    enum Upload: String, CaseIterable, Sendable {
        case taken
        /// Of a type or form that is not taken.
        case refused
        /// A limit would have been passed.
        case limited
        /// It broke off.
        case brokenOff
        /// The house could not store it.
        case failed
    }

    enum Scan: String, CaseIterable, Sendable {
        case clean, found
        case tooLarge, away
    }

    private struct Counts {
        var uploads: [Upload: Int] = [:]
        var scans: [Scan: Int] = [:]
        var uploadedBytes = 0
        var downloads = 0
        var downloadedBytes = 0
    }

    private let counts = Mutex(Counts())

    func count(_ upload: Upload, bytes: Int = 0) {
        counts.withLock { counts in
            counts.uploads[upload, default: 0] += 1
            counts.uploadedBytes += bytes
        }
    }

    func count(_ scan: Scan) { counts.withLock { $0.scans[scan, default: 0] += 1 } }

    func countDownload(bytes: Int) {
        counts.withLock { counts in
            counts.downloads += 1
            counts.downloadedBytes += bytes
        }
    }

    func number(of upload: Upload) -> Int { counts.withLock { $0.uploads[upload] ?? 0 } }
    func number(of scan: Scan) -> Int { counts.withLock { $0.scans[scan] ?? 0 } }

    var text: MetricsText {
        let counts = counts.withLock { $0 }
        var text = MetricsText()
        text.counters(
            "foyer_file_uploads_total", "Files that people sent, by what became of them.",
            Upload.allCases.map { (MetricLabels(MetricLabel("outcome", $0)), counts.uploads[$0] ?? 0) })
        text.counter("foyer_file_uploaded_bytes_total", "Bytes of files that were taken.", counts.uploadedBytes)
        text.counter("foyer_file_downloads_total", "Files that were given out.", counts.downloads)
        text.counter("foyer_file_downloaded_bytes_total", "Bytes of files that were given out.", counts.downloadedBytes)
        text.counters(
            "foyer_file_scans_total", "What the virus scanner said.",
            Scan.allCases.map { (MetricLabels(MetricLabel("outcome", $0)), counts.scans[$0] ?? 0) })
        return text
    }
}
