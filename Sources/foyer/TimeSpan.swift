import ArgumentParser

/// A time on the command line: `20s`, `500ms`, `2m`; a bare number is seconds.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
    /// An hour: what takes longer is a mistake.
    private static let longest = Duration.seconds(3600)

    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), count <= 3_600_000 else { return nil }
        let duration: Duration
        switch argument.dropFirst(digits.count) {
        case "ms": duration = .milliseconds(count)
        case "s", "": duration = .seconds(count)
        case "m": duration = .seconds(60 * count)
        default: return nil
        }
        guard duration <= Self.longest else { return nil }
        self.duration = duration
    }

    var description: String {
        let milliseconds = Int64(duration / .milliseconds(1))
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    var defaultValueDescription: String { description }
}
