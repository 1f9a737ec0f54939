import LoadCheck

/// What one event loop writes down, handed to the file in pieces.
struct HistoryBook {
    private let file: HistoryFile?
    private var bytes: [UInt8] = []
    private static let pieceBytes = 256 << 10

    init(_ file: HistoryFile?) { self.file = file }

    mutating func note(_ kind: HistoryLine.Kind, _ client: Int? = nil, _ fill: (inout HistoryLine) -> Void = { _ in }) {
        guard file != nil else { return }
        var line = HistoryLine(kind, at: microseconds(), client: client)
        fill(&line)
        line.write(into: &bytes)
        if bytes.count >= Self.pieceBytes { flush() }
    }

    mutating func flush() {
        file?.append(bytes)
        bytes.removeAll(keepingCapacity: true)
    }
}
