/// One transfer, as libcurl's callbacks see it: what comes in is bounded before it is kept.
final class Transfer {
    typealias Source = (UnsafeMutableRawBufferPointer) throws -> Int
    typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    /// A head longer than this says nothing that anybody here wants to know; libcurl itself bounds a line, not their number.
    static let maxHeadBytes = 64 << 10

    /// Why a callback has stopped the transfer.
    enum Stop {
        case headTooLong
        case bodyTooLong
        case sourceTooShort
        case thrown(any Error)
    }

    private let maxAnswerBytes: Int
    /// How many bytes `source` has to give.
    let length: Int64
    var source: Source?
    var sink: Sink?

    var deadline: ContinuousClock.Instant?

    private(set) var status = 0
    private(set) var lines: [String] = []
    private(set) var body: [UInt8] = []
    private(set) var given: Int64 = 0
    private(set) var stop: Stop?
    private var headBytes = 0

    init(maxAnswerBytes: Int, length: Int64 = 0) {
        self.maxAnswerBytes = maxAnswerBytes
        self.length = length
    }

    var isOverdue: Bool { deadline.map { ContinuousClock.now >= $0 } ?? false }

    /// A line of a head with its end; as many bytes as were taken, which is all or, to stop, none.
    func take(headerLine bytes: UnsafeRawBufferPointer) -> Int {
        headBytes += bytes.count
        guard headBytes <= Self.maxHeadBytes else {
            stop = .headTooLong
            return 0
        }
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // Another answer: the one before was a 100 or the like.
            lines = []
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else {
            lines.append(line)
        }
        return bytes.count
    }

    /// A piece of the body: of an answer that says yes into the sink, if there is one.
    func take(_ piece: UnsafeRawBufferPointer) -> Int {
        if let sink, (200..<300).contains(status) {
            do {
                try sink(piece)
            } catch {
                stop = .thrown(error)
                return 0
            }
            return piece.count
        }
        guard body.count + piece.count <= maxAnswerBytes else {
            stop = .bodyTooLong
            return 0
        }
        body += piece
        return piece.count
    }

    /// The next bytes that go out; nil stops the transfer.
    func give(into room: UnsafeMutableRawBufferPointer) -> Int? {
        guard let source, given < length else { return 0 }
        let room = UnsafeMutableRawBufferPointer(rebasing: room.prefix(Int(clamping: length - given)))
        do {
            let count = try source(room)
            guard (1...room.count).contains(count) else {
                stop = .sourceTooShort
                return nil
            }
            given += Int64(count)
            return count
        } catch {
            stop = .thrown(error)
            return nil
        }
    }

    var fields: [HTTPField] {
        lines.compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return HTTPField(String(line[..<colon]), line[line.index(after: colon)...].trimmed)
        }
    }
}

extension Substring {
    /// Without the spaces and line ends around it.
    var trimmed: String {
        let rest = drop { $0.isWhitespace }
        return String(rest.prefix(upTo: rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? rest.startIndex))
    }
}
